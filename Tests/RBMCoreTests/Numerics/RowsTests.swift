import Testing

@testable import RBMCore

@Suite struct RowsTests {
    @Test func aRowIsItsStretchOfTheMatrix() {
        #expect(rowRange(0, of: 5) == 0..<5)
        #expect(rowRange(3, of: 5) == 15..<20)
        #expect(rowRange(2, of: 0) == 0..<0)
    }

    @Test func aLentRowIsWrittenAndNothingElse() {
        var values = [Int32](0..<12)
        var span = values.mutableSpan
        let count = span.withRow(1, of: 4) { row in
            for i in row.indices { row[i] = -1 }
            return row.count
        }
        #expect(count == 4)
        #expect(values == [0, 1, 2, 3, -1, -1, -1, -1, 8, 9, 10, 11])
    }

    @Test func anEmptyRangeAtTheEndIsLent() {
        var values: [Float] = [1, 2]
        var span = values.mutableSpan
        #expect(span.withRange(2..<2) { $0.count } == 0)
    }

    @Test func aRangeBeyondTheEndTraps() async {
        await #expect(processExitsWith: .failure) {
            var values: [Float] = [1, 2]
            var span = values.mutableSpan
            span.withRange(1..<3) { $0[0] = 0 }
        }
    }
}
