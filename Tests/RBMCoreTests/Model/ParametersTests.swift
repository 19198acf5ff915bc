import RBMCore
import Testing

@Suite struct ParametersTests {
    private let sample = Parameters(
        weights: [1, -2, 3, -4, 5, -6], visibleBias: [7, 8, 9], hiddenBias: [-10, 11])

    @Test func theLayoutIsWeightsThenVisibleThenHiddenBiases() {
        #expect(sample.values == [1, -2, 3, -4, 5, -6, 7, 8, 9, -10, 11])
        #expect(sample.visibleCount == 3 && sample.hiddenCount == 2)
        #expect(sample.weightCount == 6)
        #expect(sample[2, 0] == 5)
        #expect(sample.weights == [1, -2, 3, -4, 5, -6])
        #expect(sample.visibleBias == [7, 8, 9])
        #expect(sample.hiddenBias == [-10, 11])
    }

    @Test func aWeightIsWrittenAtItsPlace() {
        var parameters = Parameters(visible: 3, hidden: 2)
        parameters[1, 1] = 4
        #expect(parameters.values == [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func theNormIsOfTheWeightsAlone() {
        #expect(sample.weightNorm == 91.0.squareRoot())
        // More than one round of the eight lanes, with a rest.
        let long = Parameters(
            weights: (0..<19).map { Float($0) }, visibleBias: [100],
            hiddenBias: [Float](repeating: 100, count: 19))
        #expect(long.weightNorm == Double((0..<19).map { $0 * $0 }.reduce(0, +)).squareRoot())
    }

    @Test(arguments: [0, 3, 7, 10], [Float.infinity, -.infinity, .nan])
    func aValueThatIsNotFiniteIsSeen(place: Int, value: Float) {
        #expect(sample.isFinite)
        #expect(Float(bitPattern: sample.largestMagnitudeBits) == 11)
        var broken = sample
        broken.values[place] = value
        #expect(!broken.isFinite)
        broken.values[place] = .greatestFiniteMagnitude
        #expect(broken.isFinite)
    }

    @Test func partsThatDoNotFitTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = Parameters(weights: [1, 2, 3], visibleBias: [1, 2], hiddenBias: [1, 2])
        }
        await #expect(processExitsWith: .failure) { _ = Parameters(visible: 0, hidden: 2) }
    }
}
