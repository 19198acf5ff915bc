import TestSupport
import Testing

@testable import RBMCore

/// `TrainingStepTests` compare whole steps with their definition; here is what else must hold.
@Suite struct CenteringTests {
    private let counts = StepShare(positive: 0..<40, of: 40, negative: 0..<30, of: 30)

    private func shape(
        _ visible: Int, _ hidden: Int, _ kind: any UnitKind = .bernoulli
    ) -> LayerSpec {
        LayerSpec(
            visible: visible, hidden: hidden, visibleUnits: kind, hiddenUnits: kind, encoding: .bits
        )
    }

    private func statistics(
        _ layer: Layer, seed: UInt64, flipped: Bool = false, panelUnits: Int? = nil
    ) -> (Statistics, PhaseSample) {
        var generator = TestGenerator(seed: seed)
        let sample = PhaseSample(layer.shape, batch: 40, chains: 30, generator: &generator)
        let visible = flipped ? sample.visible.map { 1 - $0 } : sample.visible
        var statistics = layer.makeStatistics(panelUnits: panelUnits, rows: 40)
        layer.collectMoments(
            visible: visible, probabilities: sample.probabilities, rows: counts,
            rounding: PhaseRounding(seed: 3, layer: 0, step: 0), into: &statistics)
        layer.collectProducts(
            ofVisible: statistics.panel(0), visible: visible, rows: counts, into: &statistics)
        return (statistics, sample)
    }

    /// The same machine on data whose bits are exchanged: 1 − v for v.
    private func exchanged(_ parameters: Parameters) -> Parameters {
        var result = parameters
        for i in 0..<parameters.visibleCount {
            for j in 0..<parameters.hiddenCount {
                result.values[parameters.hiddenBiasRange.lowerBound + j] += parameters[i, j]
                result[i, j] = -parameters[i, j]
            }
        }
        for i in parameters.visibleBiasRange { result.values[i] = -parameters.values[i] }
        return result
    }

    /// The reason for centering: whether a unit is mostly 0 or mostly 1 must not matter.
    @Test(arguments: ArithmeticKind.allCases, [true, false])
    func aMachineLearnsTheSameFromExchangedBits(arithmetic: ArithmeticKind, isCentered: Bool) {
        var generator = TestGenerator(seed: 31)
        let layer = Layer(shape(11, 70), trained: arithmetic, seed: 1, layer: 0)
        let start = generator.parameters(11, 70, weights: 0.3, biases: 0.3)
        func learned(_ start: Parameters, flipped: Bool) -> Parameters {
            layer.load(start)
            var optimizer = Optimizer(
                .init(momentum: 0.5, terms: isCentered ? [Centering(rate: 0.3)] : []),
                parameters: start)
            for seed in 0..<4 {
                optimizer.update(
                    with: statistics(layer, seed: UInt64(seed), flipped: flipped).0, of: layer,
                    share: counts, rate: 0.4, averaging: false)
            }
            return optimizer.parameters
        }
        let plain = exchanged(learned(start, flipped: false))
        let other = learned(exchanged(start), flipped: true)
        let difference = zip(plain.values, other.values).map { abs($0 - $1) }.max() ?? 1
        #expect((difference < 1e-5) == isCentered, "\(difference)")
    }

    /// The means of the steps, each weighted by what is left of it, whatever their number.
    @Test func offsetsAreMeansOfAllStepsFromTheFirstOn() throws {
        let layer = Layer(shape(5, 4), frozen: .float32)
        var centering = Centering(rate: 0.25)
        var (sum, weight) = (0.0, 0.0)
        for seed in 0..<5 {
            let (statistics, sample) = statistics(layer, seed: UInt64(seed))
            centering.begin(
                StepMoments(
                    statistics, of: layer, counts,
                    biasGradients: (Array(repeating: 0, count: 5), Array(repeating: 0, count: 4))))
            let mean = (0..<40).reduce(0.0) { $0 + Double(sample.visible[$1 * 5]) } / 40
            sum = 0.75 * sum + mean
            weight = 0.75 * weight + 1
            let means = try #require(centering.means)
            #expect(abs(Double(means.visible[0]) - sum / weight) < 1e-6)
            #expect(abs(Double(means.weight) - weight * 0.25) < 1e-6)
        }
    }

    /// More units than a group of the sums or a block of the threads has.
    @Test(.slow, arguments: [Bernoulli(), Spin(), Categorical(states: 2)] as [any UnitKind])
    func threadsAndPanelsChangeNoBit(kind: any UnitKind) {
        let before = MatrixProducts.threads
        defer { MatrixProducts.setThreads(before) }
        var generator = TestGenerator(seed: 32)
        let start = generator.parameters(210, 300, weights: 0.3, biases: 0.3)
        func learned(threads: Int, panel: Int) -> Parameters {
            MatrixProducts.setThreads(threads)
            let layer = Layer(shape(210, 300, kind), trained: .integer, seed: 1, layer: 0)
            layer.load(start)
            var optimizer = Optimizer(.init(terms: [Centering()]), parameters: start)
            for step in 0..<3 {
                var (statistics, sample) = statistics(
                    layer, seed: UInt64(step), panelUnits: panel)
                var update = optimizer.begin(
                    with: statistics, of: layer, share: counts, rate: 0.5, averaging: false,
                    next: Optimizer.NextStep(step: step, momentum: 0))
                update.apply(statistics)
                for number in 1..<statistics.panelCount {
                    layer.collectProducts(
                        ofVisible: statistics.panel(number), visible: sample.visible, rows: counts,
                        into: &statistics)
                    update.apply(statistics)
                }
                _ = optimizer.finish(update)
            }
            return optimizer.parameters
        }
        let one = learned(threads: 1, panel: 210)
        #expect(one.isFinite && one != start)
        for (threads, panel) in [(2, 210), (3, 210), (1, 70), (3, 50), (2, 1)] {
            #expect(
                learned(threads: threads, panel: panel) == one, "\(threads) threads, \(panel)")
        }
    }

    @Test func theMeansAreSavedAndRestored() throws {
        let layer = Layer(shape(5, 4), frozen: .float32)
        var optimizer = Optimizer(
            .init(terms: [Centering(), WeightDecay(l2: 0.1)]),
            parameters: Parameters(visible: 5, hidden: 4))
        var other = optimizer.restored()
        #expect((other.terms[0] as? Centering)?.means == nil)
        func step(_ optimizer: inout Optimizer, seed: UInt64) {
            optimizer.update(
                with: statistics(layer, seed: seed).0, of: layer, share: counts, rate: 0.5,
                averaging: false)
        }
        for seed in 0..<3 { step(&optimizer, seed: UInt64(seed)) }
        var state = StateTree(prefix: "layers.0.")
        optimizer.save(into: &state)
        #expect(
            Set(state.tensors.keys) == ["offsets.visible", "offsets.hidden", "offsets.weight"])
        other = optimizer.restored()
        #expect((other.terms[0] as? Centering)?.means == (optimizer.terms[0] as? Centering)?.means)
        step(&optimizer, seed: 9)
        step(&other, seed: 9)
        #expect(other.parameters == optimizer.parameters)
        var wide = Centering()
        #expect(throws: StateFault.self) {
            try wide.restore(from: state, of: Parameters(visible: 6, hidden: 4))
        }
    }
}
