import Testing

@testable import RBMCore

@Suite struct ParallelTests {
    /// Every element once, whatever the number of threads.
    @Test(arguments: [0, 1, 2, 7, 64, 1000], [1, 3, 100])
    func partsCoverTheWhole(count: Int, grain: Int) {
        var visits = [UInt8](repeating: 0, count: count)
        unsafe visits.withUnsafeMutableBufferPointer { visits in
            inParallel(over: count, atLeast: grain) { part in
                for i in part { unsafe visits[i] += 1 }
            }
        }
        #expect(visits.allSatisfy { $0 == 1 })
    }

    @Test func aLoopTooShortForItsGrainStaysWhole() {
        var parts: [Range<Int>] = []
        inParallel(over: 9, atLeast: 5) { parts.append($0) }
        #expect(parts == [0..<9])
    }
}

extension ParallelTests {
    @Test(arguments: [0..<0, 0..<1, 2..<700, 0..<700])
    func blocksAreTheRowsTheyName(rows: Range<Int>) {
        let columns = 37
        var values = [Int32](repeating: -1, count: 700 * columns)
        var span = values.mutableSpan
        span.inBlocks(of: rows, columns: columns) { block, values in
            for row in block {
                for j in 0..<columns {
                    values[(row - block.lowerBound) * columns + j] = Int32(row * columns + j)
                }
            }
        }
        for i in values.indices {
            #expect(values[i] == (rows.contains(i / columns) ? Int32(i) : -1))
        }
    }
}
