import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct UpsideDownStartTests {
    private func below(_ kind: any UnitKind, _ hiddenKind: any UnitKind) -> RBM {
        var generator = TestGenerator(seed: 41)
        return RBM(
            visibleUnits: kind, hiddenUnits: hiddenKind,
            parameters: generator.parameters(6, 4, weights: 1, biases: 0.7))
    }

    private func upsideDown(
        _ below: RBM, rates: [Double], hidden: Int, hasBiases: Bool = true
    ) -> RBM {
        RBM(
            visibleUnits: below.hiddenUnits, hiddenUnits: below.visibleUnits,
            parameters: Parameters(
                upsideDown: below, rates: rates, hidden: hidden, hasBiases: hasBiases,
                deviation: 0.01, seed: 5, layer: 1))
    }

    private let rates = [0.1, 0.5, 0.3, 0.4, 0.2, 0.6]

    /// −F of the values of the visible units.
    private func logWeight(_ machine: RBM, _ values: [Double]) -> Double {
        -machine.freeEnergy(ofVisible: values)
    }

    /// Both machines give the units between them the same distribution.
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func theUnitsBetweenHaveTheSameDistribution(kind: any UnitKind, hiddenKind: any UnitKind) {
        let below = below(kind, hiddenKind)
        let above = upsideDown(below, rates: rates, hidden: 6)
        for state in 0..<16 {
            let values = (0..<4).map { hiddenKind.value(Double(state >> $0 & 1)) }
            // Σ_v e^{−E(v, h)} by enumeration.
            var sum = 0.0
            for code in 0..<64 {
                let v = (0..<6).map { kind.value(Double(code >> $0 & 1)) }
                var exponent = 0.0
                for i in 0..<6 {
                    exponent += v[i] * Double(below.parameters.visibleBias[i])
                    for j in 0..<4 {
                        exponent += v[i] * Double(below.parameters[i, j]) * values[j]
                    }
                }
                for j in 0..<4 { exponent += values[j] * Double(below.parameters.hiddenBias[j]) }
                sum += exp(exponent)
            }
            #expect(abs(logWeight(above, values) - log(sum)) < 1e-5)
        }
    }

    /// Units that tell nothing are left out first, and their mean goes into the biases.
    @Test func fewerUnitsAreTheMostTelling() {
        var below = below(.bernoulli, .bernoulli)
        for j in 0..<4 {
            below.parameters[2, j] = 0.001 * Float(j)
            below.parameters[4, j] = 0
        }
        let above = upsideDown(below, rates: rates, hidden: 4).parameters
        for (place, unit) in [0, 1, 3, 5].enumerated() {
            for k in 0..<4 { #expect(above[k, place] == below.parameters[unit, k]) }
            #expect(above.hiddenBias[place] == below.parameters.visibleBias[unit])
        }
        for k in 0..<4 {
            let expected = below.parameters.hiddenBias[k] + 0.3 * below.parameters[2, k]
            #expect(abs(above.visibleBias[k] - expected) < 1e-6)
        }
    }

    @Test func moreUnitsHaveSmallWeights() {
        let below = below(.bernoulli, .spin)
        let above = upsideDown(below, rates: rates, hidden: 9).parameters
        for j in 6..<9 {
            for k in 0..<4 { #expect(above[k, j] != 0 && abs(above[k, j]) < 0.1) }
            #expect(above.hiddenBias[j] == 0)
        }
        #expect(above[3, 5] == below.parameters[5, 3])
        let bare = upsideDown(below, rates: rates, hidden: 6, hasBiases: false).parameters
        #expect(bare.visibleBias == [0, 0, 0, 0] && bare.hiddenBias.allSatisfy { $0 == 0 })
        #expect(bare.weights == upsideDown(below, rates: rates, hidden: 6).parameters.weights)
    }

    /// The columns of a categorical unit stay together.
    @Test func categoricalUnitsAreTakenWhole() {
        let below = below(Categorical(states: 3), .bernoulli)
        let above = upsideDown(below, rates: [0.98, 0.01, 0.01, 0.3, 0.3, 0.4], hidden: 3)
        for column in 0..<3 {
            for k in 0..<4 {
                #expect(above.parameters[k, column] == below.parameters[3 + column, k])
            }
        }
    }
}
