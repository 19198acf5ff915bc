import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct PersistentChainsTests {
    private let shape = LayerSpec(
        visible: 30, hidden: 13, visibleUnits: .bernoulli, hiddenUnits: .spin, encoding: .bits)

    private func layer(_ parameters: Parameters) -> Layer {
        let layer = Layer(shape, frozen: .integer)
        layer.load(parameters)
        return layer
    }

    /// A step leaves behind the hidden states drawn last, and the next step begins with them.
    @Test(arguments: [1, 2])
    func aStepLeavesTheHiddenStatesDrawnLast(sweeps: Int) {
        var generator = TestGenerator(seed: 71)
        let parameters = generator.parameters(30, 13, weights: 0.5, biases: 0.5)
        let layer = layer(parameters)
        let count = 6
        let start = generator.bytes(count * 13, .bits)
        var estimator = GradientEstimator(
            layer: layer,
            negativePhase: PersistentChains(sweeps: sweeps, states: start, of: 13, first: 4),
            seed: 8, place: 2, batch: 3, chains: 9, timer: StepTimer())
        estimator.estimate(
            step: 5, share: StepShare(positive: 0..<3, of: 3, negative: 4..<10, of: 20))

        // The same sweeps by hand.
        var hidden = start
        for sweep in 0..<sweeps {
            var down = [Float](repeating: 0, count: count * 30)
            layer.downward(hidden, encoding: .bits, rows: 0..<count, into: &down)
            activate(.bernoulli, units: 30, rows: 0..<count, &down)
            var visible = [UInt8](repeating: 0, count: count * 30)
            sample(
                down, rows: 0..<count, units: 30, one: 1,
                stream: RandomStream(seed: 8, .visibleState(layer: 2, step: 5, sweep: sweep)),
                firstRow: 4, into: &visible, at: 0)
            var up = [Float](repeating: 0, count: count * 13)
            layer.upward(visible, rows: 0..<count, into: &up)
            activate(.spin, units: 13, rows: 0..<count, &up)
            sample(
                up, rows: 0..<count, units: 13, one: 1,
                stream: RandomStream(seed: 8, .hiddenState(layer: 2, step: 5, sweep: sweep + 1)),
                firstRow: 4, into: &hidden, at: 0)
        }
        let chains = estimator.negativePhase as? PersistentChains
        #expect(chains?.own == 4..<10 && chains?.states == hidden)
    }

    // MARK: State

    private func spec(hidden: Int) -> LayerSpec {
        LayerSpec(
            visible: 1, hidden: hidden, visibleUnits: .bernoulli, hiddenUnits: .bernoulli,
            encoding: .bits)
    }

    private func saved(_ chains: PersistentChains, hidden: Int) -> StateTree {
        var tree = StateTree(prefix: "layers.3.")
        chains.save(into: &tree, hidden: hidden)
        return tree
    }

    /// The rows of all processes make up the state, of which each takes its own.
    @Test func eachProcessTakesItsRowsOfTheState() throws {
        let all: [UInt8] = [0, 0, 0, 1, 1, 0, 1, 1, 0, 1]
        let whole = PersistentChains(sweeps: 1, states: all, of: 2)
        let tree = saved(whole, hidden: 2)
        #expect(tree.tensors == ["chains": .bytes(all, shape: [5, 2])])
        for own in [0..<5, 1..<3, 5..<5] {
            var part = PersistentChains(sweeps: 1, chains: 5)
            try part.restore(own, from: tree, of: spec(hidden: 2))
            #expect(part.own == own)
            #expect(part.states == Array(all[2 * own.lowerBound..<2 * own.upperBound]))
        }
    }

    @Test func statesThatAreNotTheRunsAreFaults() {
        func problem(_ tree: StateTree, chains: Int, hidden: Int) -> String? {
            var phase = PersistentChains(sweeps: 1, chains: chains)
            do throws(StateFault) {
                try phase.restore(0..<0, from: tree, of: spec(hidden: hidden))
            } catch {
                return error.problem
            }
            return nil
        }
        let tree = saved(PersistentChains(sweeps: 1, states: [0, 1, 1, 0], of: 2), hidden: 2)
        #expect(problem(tree, chains: 2, hidden: 2) == nil)
        #expect(problem(tree, chains: 3, hidden: 2) == "holds 2 chains, but the run has 3")
        #expect(problem(tree, chains: 2, hidden: 4)?.hasPrefix("`layers.3.chains`") == true)
        let lacks = "lacks `layers.3.chains`: U8 of shape [chains, 2], each 0 or 1"
        #expect(problem(StateTree(prefix: "layers.3."), chains: 2, hidden: 2) == lacks)
        var two = StateTree(prefix: "layers.3.")
        two.set(.bytes([0, 2], shape: [1, 2]), "chains")
        #expect(problem(two, chains: 1, hidden: 2) == lacks)
    }

    @Test func chainsThatAreNotTheStepsTrap() async {
        await #expect(processExitsWith: .failure) {
            let shape = LayerSpec(
                visible: 3, hidden: 2, visibleUnits: .spin, hiddenUnits: .spin, encoding: .bits)
            var estimator = GradientEstimator(
                layer: Layer(shape, frozen: .integer),
                negativePhase: PersistentChains(sweeps: 1, states: [0, 1], of: 2), seed: 1,
                place: 0, batch: 4, chains: 4, timer: StepTimer())
            estimator.estimate(
                step: 0, share: StepShare(positive: 0..<1, of: 1, negative: 0..<2, of: 2))
        }
    }
}
