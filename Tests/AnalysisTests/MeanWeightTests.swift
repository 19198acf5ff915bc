import Analysis
import Foundation
import Testing

@Suite struct MeanWeightTests {
    @Test func isTheLogarithmOfTheMeanWeight() {
        let weights = [1.0, 2, 3, 4]
        let estimate = MeanWeight(logWeights: weights.map { log($0) + 5000 })
        #expect(abs(estimate.logarithm.value - 5000 - log(2.5)) < 1e-12)
        // The deviation of the four is √(5/3); of their mean half of that; over the mean 2.5.
        #expect(abs(estimate.logarithm.error - (5.0 / 3).squareRoot() / 2 / 2.5) < 1e-12)
        #expect(abs(estimate.effectiveSampleSize - 100.0 / 30) < 1e-11)
    }

    @Test func equalWeightsHaveNoError() {
        let estimate = MeanWeight(logWeights: [-7, -7, -7])
        #expect(abs(estimate.logarithm.value + 7) < 1e-14)
        #expect(estimate.logarithm.error < 1e-14)
        #expect(abs(estimate.effectiveSampleSize - 3) < 1e-12)
    }

    @Test func oneWeightTellsNoError() {
        let estimate = MeanWeight(logWeights: [2])
        #expect(estimate.logarithm.value == 2 && estimate.logarithm.error.isNaN)
        #expect(estimate.effectiveSampleSize == 1)
    }

    @Test func oneDominantWeightIsOneSample() {
        let estimate = MeanWeight(logWeights: [0, -2000, -3000])
        #expect(abs(estimate.logarithm.value + log(3)) < 1e-14)
        #expect(abs(estimate.effectiveSampleSize - 1) < 1e-12)
        #expect(abs(estimate.logarithm.error - 1) < 1e-12)
    }
}
