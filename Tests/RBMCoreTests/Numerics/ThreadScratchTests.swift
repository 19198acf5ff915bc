import Testing

@testable import RBMCore

@Suite struct ThreadScratchTests {
    /// Whatever was asked for before, and of however many threads.
    @Test func everyThreadHasAnAlignedPieceOfItsOwn() {
        let before = MatrixProducts.threads
        defer { MatrixProducts.setThreads(before) }
        let scratch = ThreadScratch()
        for (threads, count) in [(1, 3), (1, 1000), (2, 10), (3, 400), (2, 2000), (1, 1)] {
            MatrixProducts.setThreads(threads)
            scratch.reserve(bytes: 4 * count)
            var failures = [Int](repeating: 0, count: 64)
            var span = failures.mutableSpan
            span.shared { failures in
                inParallel(over: 64, atLeast: 1) { part in
                    let piece = unsafe scratch.piece(of: count, Int32.self)
                    for number in part {
                        for i in 0..<count { unsafe piece[i] = Int32(number) }
                        let isOwn = unsafe piece.allSatisfy { $0 == number }
                        let isAligned = Int(bitPattern: piece.baseAddress) % 64 == 0
                        failures.withRange(number..<(number + 1)) {
                            $0[0] = isOwn && isAligned ? 0 : 1
                        }
                    }
                }
            }
            #expect(failures.allSatisfy { $0 == 0 }, "\(threads) threads, \(count) integers")
        }
    }
}
