import Foundation
import Testing

@testable import RBMCore

@Suite struct InitialParametersTests {
    @Test func weightsAreNormalAndHiddenBiasesZero() {
        let deviation = 0.05
        let parameters = Parameters(
            initialWeights: deviation, visible: 300, hidden: 200, visibleUnits: .bernoulli,
            logOddsOf: nil, seed: 1, layer: 0)
        #expect(parameters.hiddenBias.allSatisfy { $0 == 0 })
        #expect(parameters.visibleBias.allSatisfy { $0 == 0 })
        let z = parameters.weights.map { Double($0) / deviation }
        let count = Double(z.count)
        // Moments 1 to 4 of a normal number, within four standard errors.
        let exact: [(mean: Double, variance: Double)] = [(0, 1), (1, 2), (0, 15), (3, 96)]
        for (power, (mean, variance)) in zip(1..., exact) {
            let moment = z.reduce(0) { $0 + pow($1, Double(power)) } / count
            #expect(abs(moment - mean) < 4 * (variance / count).squareRoot(), "moment \(power)")
        }
        #expect(Set(parameters.weights).count > 59_900)
    }

    @Test func seedsAndLayersDiffer() {
        func weights(seed: UInt64, layer: Int) -> [Float] {
            Parameters(
                initialWeights: 1, visible: 4, hidden: 4, visibleUnits: .spin, logOddsOf: nil,
                seed: seed, layer: layer
            ).weights
        }
        #expect(weights(seed: 1, layer: 0) == weights(seed: 1, layer: 0))
        #expect(weights(seed: 1, layer: 0) != weights(seed: 2, layer: 0))
        #expect(weights(seed: 1, layer: 0) != weights(seed: 1, layer: 1))
    }

    @Test(arguments: UnitKinds.binary)
    func visibleBiasesReproduceTheBaseRates(kind: any UnitKind) {
        let rates = [0.001, 0.3, 0.5, 0.9]
        let parameters = Parameters(
            initialWeights: 0, visible: 4, hidden: 1, visibleUnits: kind, logOddsOf: rates, seed: 1,
            layer: 0)
        let means = parameters.visibleBias.map { kind.mean(field: Double($0)) }
        #expect(largestDifference(means, rates.map { kind.value($0) }) < 1e-7)
    }

    @Test func baseRatesAreSmoothedAndNeverCertain() {
        let exact: [Double] = [1.0 / 12, 4.0 / 12, 11.0 / 12]
        #expect(baseRates(sums: [0, 3, 10], encoding: .bits, count: 10) == exact)
        #expect(baseRates(sums: [0, 381, 1270], encoding: .levels, count: 10) == exact)
        let rates = baseRates(sums: [0, 60_000], encoding: .bits, count: 60_000)
        let parameters = Parameters(
            initialWeights: 0.01, visible: 2, hidden: 3, visibleUnits: .bernoulli,
            logOddsOf: rates, seed: 1, layer: 0)
        #expect(parameters.isFinite)
        #expect(abs(Double(parameters.visibleBias[1]) - log(60_001)) < 1e-5)
    }
}
