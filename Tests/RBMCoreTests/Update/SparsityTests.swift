import TestSupport
import Testing

@testable import RBMCore

@Suite struct SparsityTests {
    private let rule = Sparsity(target: 0.1, cost: 0.5, memory: 0.75)

    /// Moves a pull on by a step whose hidden units have these means over the data.
    private func advance(_ rule: inout Sparsity, hidden: [Float], _ kind: any UnitKind) {
        let shape = LayerSpec(
            visible: 1, hidden: 2, visibleUnits: .bernoulli, hiddenUnits: kind, encoding: .bits)
        let arithmetic = Layer(shape, frozen: .float32)
        var statistics = arithmetic.makeStatistics()
        for (j, mean) in zip(statistics.layout.positiveHidden, hidden) {
            statistics.moments[j] = mean
        }
        rule.begin(
            StepMoments(
                statistics, of: arithmetic,
                StepShare(positive: 0..<1, of: 1, negative: 0..<1, of: 1),
                biasGradients: ([0], [0, 0])))
    }

    @Test func theActivityIsASlowMeanThatTheFirstStepStarts() {
        var rule = rule
        advance(&rule, hidden: [0.25, 0.5], .bernoulli)
        #expect(rule.activity == [0.25, 0.5])
        advance(&rule, hidden: [1, 0], .bernoulli)
        #expect(rule.activity == [0.75 * 0.25 + 0.25, 0.75 * 0.5])
    }

    @Test func theActivityOfASpinIsTheProbabilityThatItIsUp() {
        var rule = rule
        advance(&rule, hidden: [-1, 0.5], .spin)
        #expect(rule.activity == [0, 0.75])
    }

    @Test func theActivityIsSavedAndRestored() throws {
        var rule = rule
        advance(&rule, hidden: [0.25, 0.5], .bernoulli)
        var state = StateTree(prefix: "layers.2.")
        rule.save(into: &state)
        #expect(state.tensors == ["activity": .floats([0.25, 0.5], shape: [2])])
        var other = self.rule
        try other.restore(from: state, of: Parameters(visible: 1, hidden: 2))
        #expect(other.activity == rule.activity)
        #expect(throws: StateFault.self) {
            try other.restore(from: state, of: Parameters(visible: 1, hidden: 3))
        }
    }

    @Test(.slow, arguments: UnitKinds.binary, ArithmeticKind.allCases)
    func dataMeansAreThoseOfTheDataPhase(kind: any UnitKind, arithmetic: ArithmeticKind) {
        for encoding in [StateEncoding.bits, .levels] {
            var generator = TestGenerator(seed: 90)
            let shape = LayerSpec(
                visible: 13, hidden: 7, visibleUnits: kind, hiddenUnits: kind, encoding: encoding)
            let sample = PhaseSample(shape, batch: 400, chains: 150, generator: &generator)
            let layer = Layer(shape, trained: arithmetic, seed: 1, layer: 0)
            let means = layer.statistics(of: sample).dataMeans(sample.rows)
            for i in 0..<13 {
                let exact = (0..<400).reduce(0.0) {
                    $0 + unitValue(sample.visible[$1 * 13 + i], kind, encoding) / 400
                }
                #expect(abs(Double(means.visible[i]) - exact) < 1e-5)
            }
            for j in 0..<7 {
                let exact = (0..<400).reduce(0.0) { $0 + sample.hiddenMeans[$1 * 7 + j] / 400 }
                // A byte is 400/(127·150) of a mean, and is rounded at random by up to half of it in
                // each of 400 rows.
                let error = arithmetic == .float32 ? 0 : 400.0 / (127 * 150) / 2 / 20
                #expect(abs(Double(means.hidden[j]) - exact) < 4.5 * error + 1e-4)
            }
        }
    }

    /// The derivative of cost·Σ(t ln q + (1 − t) ln(1 − q)) by the total inputs, with the mean
    /// activity of a single case for q.
    @Test(arguments: UnitKinds.binary) func thePullIsTheGradientOfTheCrossEntropy(
        kind: any UnitKind
    ) {
        var generator = TestGenerator(seed: 91)
        let rbm = generator.rbm(4, 3, .bernoulli, kind)
        let visible: [UInt8] = [1, 0, 1, 1]
        let sharpness: Double = kind == .spin ? 2 : 1
        func objective(_ parameters: Parameters) -> Double {
            let moved = RBM(visibleUnits: .bernoulli, hiddenUnits: kind, parameters: parameters)
            return moved.hiddenPreactivations(given: visible.map { Double($0) }).reduce(0) {
                let q = Bernoulli().mean(field: sharpness * $1)
                return $0 + 0.5 * (0.1 * logarithm(q) + 0.9 * logarithm(1 - q))
            }
        }
        // Both phases alike: nothing but the pull moves the parameters.
        let shape = LayerSpec(rbm, encoding: .bits)
        let arithmetic = Layer(shape, frozen: .float32)
        arithmetic.load(rbm.parameters)
        var probabilities = [Float](repeating: 0, count: 6)
        let rows = StepShare(positive: 0..<1, of: 1, negative: 0..<1, of: 1)
        arithmetic.upward(visible + visible, rows: 0..<2, into: &probabilities)
        activate(kind, units: 3, rows: 0..<2, &probabilities)
        var statistics = arithmetic.makeStatistics()
        arithmetic.collect(
            visible: visible + visible, probabilities: probabilities, rows: rows,
            rounding: PhaseRounding(seed: 1, layer: 0, step: 0), into: &statistics)
        var optimizer = Optimizer(.init(terms: [rule]), parameters: rbm.parameters)
        optimizer.update(
            with: statistics, of: arithmetic, share: rows, rate: 1, averaging: false)
        for i in rbm.parameters.values.indices {
            var (up, down) = (rbm.parameters, rbm.parameters)
            up.values[i] += 0x1p-8
            down.values[i] -= 0x1p-8
            let slope = (objective(up) - objective(down)) / 0x1p-7
            let change = optimizer.parameters.values[i] - rbm.parameters.values[i]
            #expect(abs(Double(change) - slope) < 2e-5, "parameter \(i)")
        }
        #expect((optimizer.terms[0] as? Sparsity)?.activity?.count == 3)
    }

    @Test func keptUnitsAreCountedForAll() {
        var rule = Sparsity(target: 0.1, cost: 0.5, memory: 0.75, keepProbability: 0.5)
        advance(&rule, hidden: [0.125, 0.25], .bernoulli)
        #expect(rule.activity == [0.25, 0.5])
    }
}
