import Analysis
import RandomStreams
import TestSupport
import Testing

@Suite struct EstimateTests {
    @Test func exactNumbersHaveNoError() {
        #expect(Estimate(exact: 0.3) == Estimate(value: 0.3, error: 0))
    }

    @Test func aConstantDividesBothNumbers() {
        #expect(Estimate(value: 6, error: 3) / 4 == Estimate(value: 1.5, error: 0.75))
    }
}

@Suite struct EstimateMeanTests {
    @Test func blocksOfOneHaveTheTextbookError() {
        let values = [1.0, 4, 2, 8, 5, 7]
        let estimate = Estimate.mean(of: values)
        #expect(abs(estimate.value - 4.5) < 1e-14)
        // Σ (x − 4.5)² = 37.5.
        #expect(abs(estimate.error - (37.5 / 5 / 6).squareRoot()) < 1e-14)
    }

    @Test func blocksGiveTheErrorOfTheirMeans() {
        // Block means 1 and 3, whose mean has the error 1.
        #expect(Estimate.mean(of: [1, 1, 3, 3], blockLength: 2) == Estimate(value: 2, error: 1))
        let uneven = Estimate.mean(of: [1, 1, 4], blockLength: 2)
        #expect(uneven.value == 2)
        // A short last block: the deviations from 2 add up to −2 and to 2.
        #expect(abs(uneven.error - (8.0 * 2 / 1).squareRoot() / 3) < 1e-15)
    }

    @Test func oneBlockTellsNoError() {
        let estimate = Estimate.mean(of: [1, 2, 3], blockLength: 3)
        #expect(estimate.value == 2 && estimate.error.isNaN)
    }

    @Test func sumsOfIntegersGiveTheSameAsTheValues() {
        let entries: [Int64] = [3, -1, 4, 1, -5, 9]
        let estimate = Estimate.mean(
            ofCount: 6, sum: entries.reduce(0, +), squares: entries.reduce(0) { $0 + $1 * $1 })
        let direct = Estimate.mean(of: entries.map(Double.init))
        #expect(abs(estimate.value - direct.value) < 1e-14)
        #expect(abs(estimate.error - direct.error) < 1e-14)
        #expect(Estimate.mean(ofCount: 1, sum: 5, squares: 25).error.isNaN)
        #expect(Estimate.mean(ofCount: 4, sum: 12, squares: 36) == Estimate(exact: 3))
    }

    /// Deviations from the true mean in units of the error, over many data sets of copied values.
    @Test func errorsAreAsLargeAsTheySay() {
        let sets = 400
        var words = [UInt32](repeating: 0, count: 64)
        let pulls = (0..<sets).map { set -> Double in
            var span = words.mutableSpan
            RandomStream(seed: 3, .benchmark).fill(&span, row: set)
            // Eight copies of each of 64 uniform numbers.
            let values = words.flatMap { word in
                [Double](repeating: Double(word.unitInterval), count: 8)
            }
            let estimate = Estimate.mean(of: values, blockLength: 8)
            return (estimate.value - 0.5) / estimate.error
        }
        let (mean, deviation) = meanAndDeviation(pulls)
        // 4 standard errors of either.
        #expect(abs(mean) < 4 / Double(sets).squareRoot())
        #expect(abs(deviation - 1) < 4 / Double(2 * sets).squareRoot())
    }
}
