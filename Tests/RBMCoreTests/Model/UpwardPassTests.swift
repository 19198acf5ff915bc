import TestSupport
import Testing

@testable import RBMCore

@Suite struct UpwardPassTests {
    /// Three layers, of every pair of kinds at the bottom.
    private func stack(_ visible: any UnitKind, _ hidden: any UnitKind) -> DBN {
        var generator = TestGenerator(seed: 31)
        return DBN(layers: [
            generator.rbm(6, 5, visible, hidden), generator.rbm(5, 4, hidden, .bernoulli),
            generator.rbm(4, 3, .bernoulli, .spin),
        ])
    }

    private let bits: [UInt8] = [1, 0, 0, 1, 1, 0]

    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func meansGoUpLayerByLayer(visible: any UnitKind, hidden: any UnitKind) {
        let stack = stack(visible, hidden)
        let values = unitValues(bits, row: 0, of: 6, visible, .bits)
        var expected = values
        for (layer, rbm) in stack.layers.enumerated() {
            expected = NaiveRBM(rbm).hiddenFields(expected).map(rbm.hiddenUnits.mean(field:))
            let means = stack.hiddenMeans(ofLayer: layer, given: values)
            #expect(zip(means, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "layer \(layer)")
        }
        // And the lowest ones are those of the definition: sums over all states.
        let exact = NaiveRBM(stack.layers[0]).hiddenMeans(given: values)
        let lowest = stack.hiddenMeans(ofLayer: 0, given: values)
        #expect(zip(lowest, exact).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    /// The distribution of the states of layer 1: states of layer 0 summed out.
    @Test(arguments: UnitKinds.binary) func statesGoUpByTheirDistribution(hidden: any UnitKind) {
        let stack = stack(.bernoulli, hidden)
        let values = bits.map { Double($0) }
        func probabilities(_ rbm: RBM, _ values: [Double]) -> [Double] {
            let fields = NaiveRBM(rbm).hiddenFields(values)
            return NaiveRBM.states(rbm.hiddenUnits, rbm.hiddenCount).map { state in
                zip(fields, state).reduce(1) {
                    let p = rbm.hiddenUnits.level(field: $1.0)
                    return $0 * ($1.1 == 1 ? p : 1 - p)
                }
            }
        }
        let below = probabilities(stack.layers[0], values)
        var above = [Double](repeating: 0, count: 16)
        for (state, p) in zip(NaiveRBM.states(hidden, 5), below) {
            for (number, q) in probabilities(stack.layers[1], state).enumerated() {
                above[number] += p * q
            }
        }
        let count = 20_000
        let drawn = (0..<count).map {
            stateNumber(
                stack.hiddenStates(ofLayer: 1, given: values, case: $0, seed: 8), row: 0, of: 4)
        }
        let distribution = StateDistribution(probabilities: above)
        #expect(distribution.variation(drawn) < 2 * distribution.floor(draws: count))
        let again = stack.hiddenStates(ofLayer: 1, given: values, case: 17, seed: 8)
        #expect(stateNumber(again, row: 0, of: 4) == drawn[17])
        let others = (0..<50).map {
            stateNumber(
                stack.hiddenStates(ofLayer: 1, given: values, case: $0, seed: 9), row: 0, of: 4)
        }
        #expect(others != Array(drawn[..<50]))
    }
}
