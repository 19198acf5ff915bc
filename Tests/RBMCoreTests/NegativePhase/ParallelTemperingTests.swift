import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct ParallelTemperingTests {
    private let spec = LayerSpec(
        visible: 9, hidden: 6, visibleUnits: .bernoulli, hiddenUnits: .spin, encoding: .bits)

    private func layer(_ parameters: Parameters) -> Layer {
        let layer = Layer(spec, frozen: .integer)
        layer.load(parameters)
        return layer
    }

    private func settings(levels: Int?, sweeps: Int = 1, chains: Int = 5) -> ChainSettings {
        ChainSettings(
            sweeps: sweeps, chains: chains,
            tempering: ChainSettings.Tempering(
                levels: levels, lowest: levels == nil ? nil : 0.25))
    }

    private func begun(_ settings: ChainSettings, _ own: Range<Int>, _ layer: Layer)
        -> ParallelTempering
    {
        var phase = ParallelTempering(settings)
        phase.begin(
            own,
            from: ChainStart(
                rates: (0..<9).map { 0.1 + 0.09 * Double($0) }, layer: layer, seed: 8, place: 2))
        return phase
    }

    private func saved(_ phase: any NegativePhase) -> StateTree {
        var tree = StateTree(prefix: "layers.2.")
        phase.save(into: &tree, hidden: 6)
        return tree
    }

    private func bytes(_ tree: StateTree, _ name: String) -> [UInt8] {
        guard case .bytes(let values, _) = tree.tensors[name] else { return [] }
        return values
    }

    /// The hidden values of three levels of each chain, as they are saved.
    private func hiddenValues(of tree: StateTree, chains: Int) -> [Double] {
        let (below, tops) = (bytes(tree, "tempered_chains"), bytes(tree, "chains"))
        var values: [Double] = []
        for lane in 0..<chains {
            for state in below[(lane * 12)..<(lane * 12 + 12)] {
                values.append(state == 1 ? 1 : -1)
            }
            for state in tops[(lane * 6)..<(lane * 6 + 6)] { values.append(state == 1 ? 1 : -1) }
        }
        return values
    }

    // MARK: A step by its definition

    /// The path of the start, and every draw and swap of a step, in double precision.
    @Test(arguments: [1, 3]) func aStepIsThatOfTheDefinition(sweeps: Int) throws {
        var generator = TestGenerator(seed: 73)
        let parameters = generator.parameters(9, 6, weights: 1.5, biases: 0.5)
        let layer = layer(parameters)
        let (chains, levels, step) = (4, 3, 7)
        let settings = settings(levels: levels, sweeps: sweeps, chains: 7)
        let phase = begun(settings, 3..<7, layer)
        let start = saved(phase)
        var hidden = hiddenValues(of: start, chains: chains)
        var estimator = GradientEstimator(
            layer: layer, negativePhase: RecordedPhase(phase), seed: 8, place: 2, batch: 2,
            chains: chains, timer: StepTimer())
        estimator.estimate(
            step: step, share: StepShare(positive: 0..<2, of: 2, negative: 3..<7, of: 7))

        // The base has the rates of the start, of 1000 samples and one more of each state.
        let a = (0..<9).map { i -> Double in
            let rate = (1000 * Double(Float(0.1 + 0.09 * Double(i))) + 1) / 1002
            return log(rate / (1 - rate))
        }
        let betas = [0.25, 0.625, 1]
        let rbm = RBM(visibleUnits: .bernoulli, hiddenUnits: .spin, parameters: parameters)
        let naive = NaiveRBM(rbm)
        func word(_ slot: Purpose.Tempering, _ sweep: Int, _ row: Int, _ unit: Int) -> Double {
            Double(
                RandomStream(
                    seed: 8, .temperedTraining(slot, layer: 2, step: step, sweep: sweep)
                ).word(row: row, unit: unit))
        }
        func occurs(_ word: Double, _ p: Double) -> Bool {
            ((word / 256).rounded(.down) + 0.5) / 16_777_216 < p
        }
        func logWeight(_ v: [Double], _ beta: Double) -> Double {
            var sum = 0.0
            for i in v.indices { sum += ((1 - beta) * a[i] + beta * naive.visibleBias[i]) * v[i] }
            for x in naive.hiddenFields(v) { sum += log(2 * cosh(beta * x)) }
            return sum
        }
        var visible: [[Double]] = []
        for sweep in 0..<sweeps {
            visible = (0..<(chains * levels)).map { row in
                let beta = betas[row % levels]
                let h = Array(hidden[(6 * row)..<(6 * row + 6)])
                return naive.visibleFields(h).enumerated().map { i, x in
                    let p = 1 / (1 + exp(-(beta * x + (1 - beta) * a[i])))
                    return occurs(word(.visible, sweep, 3 * levels + row, i), p) ? 1 : 0
                }
            }
            for lane in 0..<chains {
                for pair in 0..<2 where pair % 2 == (step * sweeps + sweep) % 2 {
                    let row = lane * levels + pair
                    let (v, w) = (visible[row], visible[row + 1])
                    let swapped = logWeight(w, betas[pair]) + logWeight(v, betas[pair + 1])
                    let log = swapped - logWeight(v, betas[pair]) - logWeight(w, betas[pair + 1])
                    if (word(.swap, sweep, 3 + lane, pair) + 0.5) / 4_294_967_296 < exp(log) {
                        visible.swapAt(row, row + 1)
                    }
                }
            }
            hidden = visible.enumerated().flatMap { row, v in
                naive.hiddenFields(v).enumerated().map { j, x in
                    let p = 1 / (1 + exp(-2 * betas[row % levels] * x))
                    return occurs(word(.hidden, sweep, 3 * levels + row, j), p) ? 1 : -1
                }
            }
        }

        let recorded = try #require(estimator.negativePhase as? RecordedPhase)
        let tops = (0..<chains).flatMap { visible[$0 * levels + levels - 1] }
        #expect(recorded.visible.map { Double($0) } == tops)
        let end = saved(recorded.phase)
        #expect(hiddenValues(of: end, chains: chains) == hidden)
    }

    // MARK: Any division of the work

    /// Runs steps of some processes, played by one, which add up what they find of the swaps.
    ///
    /// - Parameter stop: After so many steps the state of the run is saved and taken up by all.
    private func run(
        _ settings: ChainSettings, processes: Int, steps: Int, stop: Int? = nil,
        weights: Double = 1.5
    ) throws -> (tree: [String: [UInt8]], visible: [UInt8]) {
        var generator = TestGenerator(seed: 74)
        let layer = layer(generator.parameters(9, 6, weights: weights, biases: 0.5))
        let slices = (0..<processes).map {
            SlicedTraining.slice($0, of: processes, settings.chains)
        }
        var phases: [any NegativePhase] = slices.map { begun(settings, $0, layer) }
        var visible: [UInt8] = []
        for step in 0..<steps {
            if step == stop {
                let tree = try gathered(phases)
                phases = try slices.map { own in
                    var phase = ParallelTempering(settings)
                    try phase.restore(own, from: tree, of: spec)
                    return phase
                }
            }
            visible = []
            for (process, own) in slices.enumerated() {
                var estimator = GradientEstimator(
                    layer: layer, negativePhase: RecordedPhase(phases[process]), seed: 8, place: 2,
                    batch: 1, chains: own.count, timer: StepTimer())
                estimator.estimate(
                    step: step,
                    share: StepShare(
                        positive: 0..<1, of: 1, negative: own, of: settings.chains))
                let recorded = try #require(estimator.negativePhase as? RecordedPhase)
                phases[process] = recorded.phase
                visible += recorded.visible
            }
            let censuses = phases.compactMap(\.census)
            #expect(censuses.count == (step % 20 == 0 ? processes : 0))
            guard let first = censuses.first else { continue }
            let sum = censuses.dropFirst().reduce(first) { zip($0, $1).map(+) }
            for process in phases.indices { phases[process].adapt(to: sum) }
        }
        let tree = try gathered(phases)
        return (
            Dictionary(uniqueKeysWithValues: tree.tensors.keys.map { ($0, bytes(tree, $0)) }),
            visible
        )
    }

    /// The rows of all processes, one after the other.
    private func gathered(_ phases: [any NegativePhase]) throws -> StateTree {
        let trees = phases.map(saved)
        var whole = StateTree(prefix: "layers.2.")
        for name in trees[0].tensors.keys.sorted() {
            let all = trees.flatMap { bytes($0, name) }
            let columns = try #require(trees[0].tensors[name]?.shape.last)
            #expect(trees.allSatisfy { $0.tensors[name]?.shape.last == columns })
            whole.set(.bytes(all, shape: [all.count / columns, columns]), name)
        }
        return whole
    }

    @Test(arguments: [nil, 4]) func slicesAreTheWholeBitForBit(levels: Int?) throws {
        let settings = settings(levels: levels, chains: 7)
        let whole = try run(settings, processes: 1, steps: 90)
        #expect(whole.tree.count == 5)
        for processes in [2, 3, 9] {
            let sliced = try run(settings, processes: processes, steps: 90)
            #expect(sliced.tree == whole.tree && sliced.visible == whole.visible)
        }
    }

    /// Before, at and after steps that change the path; on other processes than before.
    @Test(arguments: [1, 20, 21, 67]) func runsGoOnFromAnyStep(stop: Int) throws {
        let settings = settings(levels: nil, chains: 7)
        let whole = try run(settings, processes: 1, steps: 90)
        let resumed = try run(settings, processes: 3, steps: 90, stop: stop)
        #expect(resumed.tree == whole.tree && resumed.visible == whole.visible)
    }

    /// A machine of strong weights asks for more levels than the two of the start.
    @Test func levelsFollowTheSwaps() throws {
        let found = try run(
            settings(levels: nil, chains: 7), processes: 1, steps: 90, weights: 3)
        let levels = (found.tree["tempered_marks"]?.count ?? 0) / 7
        #expect(levels > 2 && levels <= 32, "\(levels) levels")
        #expect((found.tree["tempered_chains"]?.count ?? 0) == 7 * (levels - 1) * 6)
    }

    // MARK: Distributions

    /// Chains of a machine whose two modes no sweep connects, all in one of them at the start.
    @Test(.statistical) func chainsCrossBetweenModes() {
        var parameters = Parameters(visible: 12, hidden: 6)
        for i in 0..<parameters.weightCount { parameters.values[i] = 1 }
        let spec = LayerSpec(
            visible: 12, hidden: 6, visibleUnits: .spin, hiddenUnits: .spin, encoding: .bits)
        let layer = Layer(spec, frozen: .integer)
        layer.load(parameters)
        func shareUp(_ kind: NegativePhaseKind) -> Double {
            var phase = kind.phase(ChainSettings(sweeps: 1, chains: 200))
            phase.begin(
                0..<200,
                from: ChainStart(
                    rates: [Double](repeating: 0.999, count: 12), layer: layer, seed: 3, place: 0))
            var recorded = RecordedPhase(phase)
            for step in 0..<600 {
                var estimator = GradientEstimator(
                    layer: layer, negativePhase: recorded, seed: 3, place: 0, batch: 1, chains: 200,
                    timer: StepTimer())
                estimator.estimate(
                    step: step, share: StepShare(positive: 0..<1, of: 1, negative: 0..<200, of: 200)
                )
                guard let next = estimator.negativePhase as? RecordedPhase else { return -1 }
                recorded = next
                if let census = recorded.phase.census { recorded.adapt(to: census) }
            }
            let visible = recorded.visible
            return Double(
                (0..<200).count { row in
                    visible[(12 * row)..<(12 * row + 12)].reduce(0) { $0 + Int($1) } > 6
                }) / 200
        }
        #expect(shareUp(.persistent) == 1)
        #expect(abs(shareUp(.tempering) - 0.5) < 4 * 0.5 / 200.0.squareRoot())
    }

    // MARK: State

    @Test func statesThatAreNotTheRunsAreFaults() throws {
        var generator = TestGenerator(seed: 75)
        let layer = layer(generator.parameters(9, 6, weights: 0.5, biases: 0.5))
        let tree = saved(begun(settings(levels: 3), 0..<5, layer))
        func problem(_ tree: StateTree, _ settings: ChainSettings) -> String? {
            var phase = ParallelTempering(settings)
            do throws(StateFault) {
                try phase.restore(0..<0, from: tree, of: spec)
            } catch {
                return error.problem
            }
            return nil
        }
        #expect(problem(tree, settings(levels: 3)) == nil)
        #expect(problem(tree, settings(levels: nil)) == nil)
        #expect(
            problem(tree, settings(levels: 4))
                == "holds chains of 3 levels, but the run has 4")
        #expect(
            problem(tree, settings(levels: 3, chains: 6))
                == "holds 5 chains, but the run has 6")
        #expect(
            problem(StateTree(prefix: "layers.2."), settings(levels: 3))
                == "lacks `layers.2.chains`: chains of `algorithm: pt`")
        // Of each tensor a byte that no run writes.
        for name in [
            "chains", "tempered_chains", "tempered_marks", "tempered_trips", "tempered_path",
        ] {
            var other = StateTree(prefix: "layers.2.")
            for (key, tensor) in tree.tensors {
                guard case .bytes(var values, let shape) = tensor else { continue }
                if key == name {
                    for i in values.indices.suffix(8) { values[i] = 255 }
                }
                other.set(.bytes(values, shape: shape), key)
            }
            #expect(
                problem(other, settings(levels: 3))
                    == "holds no states and path of tempered chains", "\(name)")
        }
    }
}
