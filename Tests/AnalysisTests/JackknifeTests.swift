import Analysis
import RandomStreams
import Testing

@Suite struct JackknifeTests {
    private static let values: [Int64] = [1, 4, 2, 8, 5, 7]

    /// Sums of blocks of one value each: the number of values, and their sum.
    private static let sums: [Int64] = values.flatMap { [1, $0] as [Int64] }

    private static let mean = 4.5
    /// Σ (x − 4.5)² / 5.
    private static let variance = 7.5

    @Test func aMeanHasTheErrorOfTheMean() {
        let estimate = Jackknife.estimate(Self.sums, columns: 2) { $0[1] / $0[0] }
        #expect(abs(estimate.value - Self.mean) < 1e-14)
        #expect(abs(estimate.error - (Self.variance / 6).squareRoot()) < 1e-14)
    }

    @Test func theBiasOfASquareIsRemoved() {
        // The square of a mean is too large by variance/n; the jackknife removes exactly that.
        let estimates = Jackknife.estimates(Self.sums, columns: 2) {
            [$0[1] / $0[0], ($0[1] / $0[0]) * ($0[1] / $0[0])]
        }
        #expect(abs(estimates[0].value - Self.mean) < 1e-14)
        #expect(abs(estimates[1].value - (Self.mean * Self.mean - Self.variance / 6)) < 1e-12)
    }

    @Test func oneBlockTellsNoError() {
        let estimate = Jackknife.estimate([2, 6], columns: 2) { $0[1] / $0[0] }
        #expect(estimate.value == 3)
        #expect(estimate.error.isNaN)
    }

    @Test func blocksWithoutEntriesDoNotTakePart() {
        let sparse: [Int64] = [0, 0] + Self.sums + [0, 0, 0, 0]
        let all = Jackknife.estimate(Self.sums, columns: 2) { $0[1] / $0[0] }
        #expect(Jackknife.estimate(sparse, columns: 2) { $0[1] / $0[0] } == all)
        let none = Jackknife.estimate([0, 0], columns: 2) { $0[1] / $0[0] }
        #expect(none.value.isNaN && none.error.isNaN)
    }

    /// Sums that overflow 64 bits together, and that doubles would round before they are subtracted.
    @Test func largeSumsAreExact() {
        let large: Int64 = 1 << 62
        var seen: Set<Double> = []
        _ = Jackknife.estimate([1, large, 1, large, 1, large, 1, 1], columns: 2) { sums in
            seen.insert(sums[1])
            return 0
        }
        #expect(seen == [3 * 0x1p62, 2 * 0x1p62])
        // A double of 2⁶² + 2 has lost the 2.
        var small: Set<Double> = []
        _ = Jackknife.estimate([1, large, 1, 2], columns: 2) { sums in
            small.insert(sums[1])
            return 0
        }
        #expect(small.contains(2))
    }

    /// Deviations of a variance from the true one in units of the error, over many data sets.
    @Test func errorsAreAsLargeAsTheySay() {
        let sets = 400
        let blocks = 100
        var words = [UInt32](repeating: 0, count: 4 * blocks)
        let pulls = (0..<sets).map { set -> Double in
            var span = words.mutableSpan
            RandomStream(seed: 5, .benchmark).fill(&span, row: set)
            // Blocks of four uniform integers from 0 to 15, of variance (16² − 1)/12.
            let sums = (0..<blocks).flatMap { block -> [Int64] in
                let values = words[(4 * block)..<(4 * block + 4)].map { Int64($0 >> 28) }
                return [4, values.reduce(0, +), values.reduce(0) { $0 + $1 * $1 }]
            }
            let estimate = Jackknife.estimate(sums, columns: 3) {
                $0[2] / $0[0] - $0[1] / $0[0] * ($0[1] / $0[0])
            }
            return (estimate.value - 255.0 / 12) / estimate.error
        }
        let (mean, deviation) = meanAndDeviation(pulls)
        // 4 standard errors of either.
        #expect(abs(mean) < 4 / Double(sets).squareRoot())
        #expect(abs(deviation - 1) < 4 / Double(2 * sets).squareRoot())
    }
}
