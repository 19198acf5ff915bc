import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct DropoutTests {
    private func shape(_ visible: Int, _ hidden: Int) -> LayerSpec {
        LayerSpec(
            visible: visible, hidden: hidden, visibleUnits: .bernoulli, hiddenUnits: .bernoulli,
            encoding: .bits)
    }

    /// The statistics of the last of some steps, and the chains after it, on several processes.
    private func step(
        _ rbm: RBM, _ type: NegativePhaseKind, sweeps: Int, keep: Float, processes: Int,
        batch: Int, arithmetic kind: ArithmeticKind = .integer, steps: Int = 1
    ) -> (statistics: Statistics, chains: [UInt8]) {
        let shape = LayerSpec(rbm, encoding: .bits)
        let layer = Layer(shape, trained: kind, seed: 4, layer: 0)
        var generator = TestGenerator(seed: 95)
        let bytes = generator.bytes(batch * shape.visible, .bits)
        var total = layer.makeStatistics()
        var all: [UInt8] = []
        for process in 0..<processes {
            let slice = SlicedTraining.slice(process, of: processes, batch)
            // Chains start from the weights as they are rounded at the start.
            layer.load(rbm.parameters)
            var phase = type.phase(ChainSettings(sweeps: sweeps, chains: batch))
            phase.begin(
                slice,
                from: ChainStart(
                    rates: [Double](repeating: 0.5, count: shape.visible), layer: layer,
                    seed: 4, place: 0))
            var estimator = GradientEstimator(
                layer: layer, negativePhase: phase, seed: 4, place: 0, batch: slice.count,
                chains: slice.count, timer: StepTimer(), keepProbability: keep)
            let rows = StepShare(positive: slice, of: batch, negative: slice, of: batch)
            for step in 0..<steps {
                layer.load(rbm.parameters, step: step)
                estimator.loadData { data in
                    for i in 0..<(slice.count * shape.visible) {
                        data[i] = bytes[slice.lowerBound * shape.visible + i]
                    }
                }
                estimator.estimate(step: step, share: rows)
            }
            total.add(estimator.statistics)
            all += (estimator.negativePhase as? PersistentChains)?.states ?? []
        }
        return (total, all)
    }

    @Test(
        arguments: NegativePhaseKind.all.filter(\.takesDropout),
        [(1, ArithmeticKind.integer), (3, .integer), (3, .integerOneByte)])
    func slicesAddUpToTheWholeBitForBit(
        phase: NegativePhaseKind, chains: (sweeps: Int, arithmetic: ArithmeticKind)
    ) {
        var generator = TestGenerator(seed: 96)
        let rbm = generator.rbm(31, 19, .bernoulli, .bernoulli)
        func run(keep: Float, processes: Int) -> (statistics: Statistics, chains: [UInt8]) {
            step(
                rbm, phase, sweeps: chains.sweeps, keep: keep, processes: processes, batch: 23,
                arithmetic: chains.arithmetic, steps: 3)
        }
        let whole = run(keep: 0.6, processes: 1)
        for processes in [2, 3, 30] {
            let sliced = run(keep: 0.6, processes: processes)
            #expect(sliced.statistics.products.values == whole.statistics.products.values)
            #expect(sliced.statistics.moments.values == whole.statistics.moments.values)
            #expect(sliced.chains == whole.chains)
        }
        // All units kept: the bits of no dropout; and some dropped: others.
        let plain = run(keep: 1, processes: 1)
        #expect(plain.statistics.moments.values != whole.statistics.moments.values)
    }

    /// A step on one row equals that of the machine that has only the kept units.
    ///
    /// All arithmetics hold its weights exactly: halves up to 50.
    @Test(
        arguments: NegativePhaseKind.all.filter(\.takesDropout),
        ArithmeticKind.allCases.flatMap { kind in [1, 3].map { (sweeps: $0, arithmetic: kind) } })
    func aStepIsThatOfTheMachineOfKeptUnits(
        phase: NegativePhaseKind, chains: (sweeps: Int, arithmetic: ArithmeticKind)
    ) {
        let (sweeps, arithmetic) = chains
        var generator = TestGenerator(seed: 97)
        let (visible, hidden) = (9, 40)
        // Fields so strong that every state is certain: no random number decides.
        var rbm = generator.rbm(visible, hidden, .bernoulli, .bernoulli, weights: 0, biases: 0)
        for i in 0..<visible {
            for j in 0..<hidden { rbm.parameters[i, j] = (i + j) % 2 == 0 ? 50 : -49.5 }
        }
        let found = step(
            rbm, phase, sweeps: sweeps, keep: 0.5, processes: 1, batch: 1, arithmetic: arithmetic)
        var masks = DropoutMasks(
            keepProbability: 0.5, seed: 4, layer: 0, hidden: HiddenSlice(whole: hidden), rows: 2)
        masks.draw(
            step: 0, StepShare(positive: 0..<1, of: 1, negative: 0..<1, of: 1))
        var ones = [Float](repeating: 1, count: 2 * hidden)
        masks.apply(to: &ones, rows: 0..<2)
        // Data and chain of one row share the mask.
        #expect(Array(ones[..<hidden]) == Array(ones[hidden...]))
        let kept = (0..<hidden).filter { ones[$0] == 1 }
        #expect(kept.count > 10 && kept.count < 30)
        var small = Parameters(visible: visible, hidden: kept.count)
        for i in 0..<visible {
            for (k, j) in kept.enumerated() { small[i, k] = rbm.parameters[i, j] }
        }
        let reduced = step(
            RBM(visibleUnits: .bernoulli, hiddenUnits: .bernoulli, parameters: small), phase,
            sweeps: sweeps, keep: 1, processes: 1, batch: 1, arithmetic: arithmetic)
        let (products, reducedProducts) = (
            found.statistics.products.values, reduced.statistics.products.values
        )
        for i in 0..<visible {
            for j in 0..<hidden {
                let value = products[i * hidden + j]
                if let k = kept.firstIndex(of: j) {
                    let expected = reducedProducts[i * kept.count + k]
                    #expect(abs(value - expected) < 1e-6)
                } else {
                    #expect(value == 0)
                }
            }
        }
        let layout = found.statistics.layout
        for j in 0..<hidden where !kept.contains(j) {
            #expect(found.statistics.moments.values[layout.positiveHidden.lowerBound + j] == 0)
            #expect(found.statistics.moments.values[layout.negativeHidden.lowerBound + j] == 0)
        }
    }

    @Test func theShareOfKeptUnitsIsTheProbability() {
        var masks = DropoutMasks(
            keepProbability: 0.8, seed: 9, layer: 1, hidden: HiddenSlice(whole: 500), rows: 200)
        let rows = StepShare(positive: 0..<100, of: 100, negative: 0..<100, of: 100)
        var counts: [Float] = []
        for step in 0..<3 {
            masks.draw(step: step, rows)
            var ones = [Float](repeating: 1, count: 200 * 500)
            masks.apply(to: &ones, rows: 0..<200)
            counts.append(ones[..<(100 * 500)].reduce(0, +))
        }
        // 50 000 draws: a standard error of 89.
        #expect(counts.allSatisfy { abs($0 - 40_000) < 450 })
        #expect(Set(counts).count == 3)
    }

    /// With fields of 6 and more each unit's part is p·x or 0: the free energy of the machine of all
    /// units is the mean over all masks.
    @Test func theModelOfAllUnitsHasTheMeanFreeEnergyOfTheMasks() {
        let parameters = Parameters(
            weights: [40, -30, 24, -40, 56, 54], visibleBias: [0.5, -0.25],
            hiddenBias: [-16, 12, -30])
        let all = RBM(
            visibleUnits: .bernoulli, hiddenUnits: .bernoulli,
            parameters: parameters.withAllUnits(keepProbability: 0.5))
        for visible in [[0.0, 0], [1, 0], [0, 1], [1, 1]] {
            let fields = RBM(
                visibleUnits: .bernoulli, hiddenUnits: .bernoulli, parameters: parameters
            ).hiddenPreactivations(given: visible)
            let mean = (0..<8).reduce(0.0) { sum, mask in
                let kept = (0..<3).filter { mask >> $0 & 1 == 1 }
                let biases = 0.5 * visible[0] - 0.25 * visible[1]
                return sum - (biases + kept.reduce(0) { $0 + log1p(exp(fields[$1])) }) / 8
            }
            #expect(fields.allSatisfy { abs($0) >= 6 })
            #expect(abs(all.freeEnergy(ofVisible: visible) - mean) < 0.2, "\(visible): \(fields)")
        }
    }

    @Test func theModelOfAllUnitsHasItsWeightsScaled() {
        var generator = TestGenerator(seed: 98)
        let parameters = generator.parameters(4, 3, weights: 1, biases: 1)
        let all = parameters.withAllUnits(keepProbability: 0.5)
        #expect(all.weights == parameters.weights.map { $0 / 2 })
        #expect(all.visibleBias == parameters.visibleBias)
        #expect(all.hiddenBias == parameters.hiddenBias.map { $0 / 2 })
        #expect(parameters.withAllUnits(keepProbability: 1) == parameters)
    }
}
