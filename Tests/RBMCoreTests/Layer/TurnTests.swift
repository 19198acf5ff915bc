import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

/// Turning spins over, beside the energies of all states.
@Suite struct TurnTests {
    private func layer(
        _ parameters: Parameters, arithmetic: ArithmeticKind = .integer
    ) -> (layer: Layer, exact: NaiveRBM) {
        let rbm = RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters)
        let layer = Layer(LayerSpec(states: rbm), trained: arithmetic, seed: 3, layer: 0)
        layer.load(parameters)
        return (layer, NaiveRBM(rbm))
    }

    private let stream = RandomStream(seed: 9, .chainTurn(layer: 0, step: 1, sweep: 0))

    /// Each row turns with the probability of Metropolis by the energies of the whole states.
    @Test func aRowTurnsByItsEnergy() {
        let parameters = Parameters(
            weights: [0.5, -1, 0.25, 2, 0, -0.75], visibleBias: [0.3, -0.2, 0.1],
            hiddenBias: [-0.4, 0.05])
        let (layer, exact) = layer(parameters)
        #expect(layer.turnsOver)
        var visible: [UInt8] = []
        var hidden: [UInt8] = []
        for state in 0..<32 {
            visible += (0..<3).map { UInt8(state >> $0 & 1) }
            hidden += (3..<5).map { UInt8(state >> $0 & 1) }
        }
        let before = visible
        // The rows stand behind two that must stay as they are.
        var rows: [UInt8] = [1, 0, 1, 0, 1, 0] + visible
        layer.turnOver(
            visible: &rows, rows: 2..<34, hidden: hidden, stream: stream, firstRow: 7)
        #expect(Array(rows[..<6]) == [1, 0, 1, 0, 1, 0])
        visible = Array(rows[6...])
        var turned = 0
        for row in 0..<32 {
            func spins(_ bytes: ArraySlice<UInt8>) -> [Double] { bytes.map { 2 * Double($0) - 1 } }
            let v = spins(before[row * 3..<row * 3 + 3])
            let h = spins(hidden[row * 2..<row * 2 + 2])
            let cost = exact.energy(v.map { -$0 }, h.map { -$0 }) - exact.energy(v, h)
            let chance = (Double(stream.word(row: 7 + row, unit: 0)) + 0.5) * 0x1p-32
            let turns = chance < exponential(-cost)
            let after = spins(visible[row * 3..<row * 3 + 3])
            #expect(after == (turns ? v.map { -$0 } : v), "row \(row), ΔE = \(cost)")
            turned += turns ? 1 : 0
        }
        #expect(turned > 16 && turned < 32)
    }

    /// Without biases nothing is in the way.
    @Test func statesOfASymmetricMachineAlwaysTurn() {
        let (layer, _) = layer(
            Parameters(weights: [1, -2], visibleBias: [0, 0], hiddenBias: [0]))
        var visible: [UInt8] = [1, 0, 1, 1]
        layer.turnOver(
            visible: &visible, rows: 0..<2, hidden: [0, 1], stream: stream, firstRow: 0)
        #expect(visible == [0, 1, 0, 0])
    }

    @Test func unitsWithoutOppositeValuesDoNotTurn() {
        for (visible, hidden): (any UnitKind, any UnitKind) in [
            (.bernoulli, .spin), (.spin, .bernoulli), (.bernoulli, .bernoulli),
        ] {
            let rbm = RBM(
                visibleUnits: visible, hiddenUnits: hidden,
                parameters: Parameters(weights: [1], visibleBias: [0], hiddenBias: [0]))
            let spec = LayerSpec(states: rbm)
            #expect(!Layer(spec, trained: .integer, seed: 3, layer: 0).turnsOver)
        }
    }

    /// Sweeps alone never change the sign of this machine; with turns, the share of chains that are up is
    /// that of all states.
    @Test func chainsReachBothSigns() {
        let rbm = RBM(
            visibleUnits: .spin, hiddenUnits: .spin,
            parameters: Parameters(
                weights: [Float](repeating: 1.5, count: 24),
                visibleBias: [Float](repeating: 0.03, count: 6),
                hiddenBias: [Float](repeating: 0.02, count: 4)))
        let exact = NaiveRBM(rbm)
        var (up, all) = (0.0, 0.0)
        for state in NaiveRBM.states(.spin, 6) {
            let weight = exponential(-exact.freeEnergy(visible: state))
            all += weight
            if state.reduce(0, +) > 0 { up += weight }
        }
        let chains = 4000
        for turnsOver in [false, true] {
            var estimator = GradientEstimator(
                layer: layer(rbm.parameters).layer,
                negativePhase: PersistentChains(
                    sweeps: 3, states: [UInt8](repeating: 1, count: 4 * chains), of: 4,
                    turnsOver: turnsOver),
                seed: 3, place: 0, batch: 1, chains: chains, timer: StepTimer())
            for step in 0..<20 {
                estimator.estimate(
                    step: step,
                    share: StepShare(
                        positive: 0..<1, of: 1, negative: 0..<chains, of: chains))
            }
            let states = estimator.chainStates
            let share =
                Double(
                    (0..<chains).count { row in
                        states[row * 6..<row * 6 + 6].reduce(0) { $0 + Int($1) } > 3
                    }) / Double(chains)
            let expected = turnsOver ? up / all : 1
            let error = (expected * (1 - expected) / Double(chains)).squareRoot()
            #expect((share - expected).magnitude <= 4 * error + 1e-12, "\(share), \(expected)")
        }
    }
}
