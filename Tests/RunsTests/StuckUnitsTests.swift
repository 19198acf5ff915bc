import RBMCore
import TestSupport
import Testing

@testable import Runs

@Suite struct StuckUnitsTests {
    /// A machine of two visible columns with one hidden unit for each bias.
    private func machine(
        _ visible: any UnitKind, _ hidden: any UnitKind, weights: [Float], biases: [Float]
    ) -> RBM {
        var parameters = Parameters(visible: 2, hidden: biases.count)
        for j in biases.indices {
            for i in 0..<2 { parameters[i, j] = weights[i] }
            parameters.values[parameters.hiddenBiasRange.lowerBound + j] = biases[j]
        }
        return RBM(visibleUnits: visible, hiddenUnits: hidden, parameters: parameters)
    }

    private func stuck(_ rbm: RBM) -> [[Int]] {
        let stuck = StuckUnits(rbm)
        return [stuck.dead, stuck.saturated]
    }

    /// ln 99 is 4.595: a field beyond it is a mean beyond 99 %.
    @Test func aUnitIsStuckWhereNoStateMovesIt() {
        let biases: [Float] = [0, -5.7, -5.5, 6.7, 6.5]
        // Fields from −2 to 1 beside the bias.
        let bits = machine(.bernoulli, .bernoulli, weights: [1, -2], biases: biases)
        #expect(stuck(bits) == [[1], [3]])
        // Fields from −3 to 3; tanh x of a spin is the mean of a bit of field 2x.
        let spins = machine(.spin, .spin, weights: [1, -2], biases: [0, -5.4, -5.2, 5.4, 5.2])
        #expect(stuck(spins) == [[1], [3]])
        // One of two states of a single unit: from −2 to 1.
        let states = machine(.categorical(2), .bernoulli, weights: [1, -2], biases: biases)
        #expect(stuck(states) == [[1], [3]])
    }

    @Test func fieldsOfRealUnitsHaveNoBound() {
        #expect(
            stuck(machine(.gaussian, .bernoulli, weights: [0.1, 0], biases: [-50])) == [[], []])
        #expect(
            stuck(machine(.bernoulli, .categorical(2), weights: [0, 0], biases: [-50, 0]))
                == [[], []])
    }

    /// By enumeration of all visible states.
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func theBoundsAreThoseOfAllStates(visible: any UnitKind, hidden: any UnitKind) {
        var rbm = randomMachine(
            visible: 6, hidden: 40, visibleUnits: visible, hiddenUnits: hidden, scale: 2, seed: 5)
        for i in rbm.parameters.hiddenBiasRange { rbm.parameters.values[i] *= 12 }
        var means: [[Double]] = Array(repeating: [], count: 40)
        for state in 0..<64 {
            for j in 0..<40 {
                let field = (0..<6).reduce(Double(rbm.parameters.hiddenBias[j])) {
                    $0 + visible.value(Double(state >> $1 & 1)) * Double(rbm.parameters[$1, j])
                }
                means[j].append(hidden.level(field: field))
            }
        }
        let dead = means.indices.filter { means[$0].allSatisfy { $0 < 0.01 } }
        let saturated = means.indices.filter { means[$0].allSatisfy { $0 > 0.99 } }
        #expect(stuck(rbm) == [dead, saturated])
        #expect(!dead.isEmpty && !saturated.isEmpty && dead.count + saturated.count < 40)
    }
}
