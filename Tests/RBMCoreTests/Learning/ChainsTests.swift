import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct ChainsTests {
    private let shape = LayerShape(
        visible: 30, hidden: 13, visibleUnits: .bernoulli, hiddenUnits: .spin, levels: .bits)

    private func arithmetic(_ parameters: Parameters) -> Layer {
        let arithmetic = Layer(shape, frozen: .integer)
        arithmetic.load(parameters)
        return arithmetic
    }

    @Test func anyDivisionDrawsTheSameChains() {
        var generator = TestGenerator(seed: 70)
        let arithmetic = arithmetic(
            generator.parameters(30, 13, weights: 0.5, biases: 0.5))
        let rates = (0..<30).map { Double($0) / 30 }
        func states(_ indices: Range<Int>) -> [UInt8] {
            let chains = Chains(
                indices: indices, baseRates: rates, arithmetic: arithmetic, seed: 4, layer: 1)
            #expect(chains.indices == indices && chains.hidden == 13)
            #expect(chains.states.count == indices.count * 13)
            return chains.states
        }
        let whole = states(0..<20)
        #expect(whole == states(0..<7) + states(7..<7) + states(7..<20))
        #expect(whole.allSatisfy { $0 <= 1 })
        #expect(
            whole
                != Chains(
                    indices: 0..<20, baseRates: rates, arithmetic: arithmetic, seed: 5, layer: 1
                ).states)
    }

    /// The hidden states follow visible states drawn from the base rates: with one visible unit at
    /// each rate coupled to one hidden unit, the frequency is a mixture of two.
    @Test func chainsStartHalfASweepAboveTheBaseRates() {
        let shape = LayerShape(
            visible: 3, hidden: 3, visibleUnits: .bernoulli, hiddenUnits: .bernoulli,
            levels: .grey)
        var parameters = Parameters(visible: 3, hidden: 3)
        for i in 0..<3 { parameters[i, i] = 2 }
        let arithmetic = Layer(shape, frozen: .integer)
        arithmetic.load(parameters)
        let rates = [0.1, 0.5, 0.8]
        let count = 40_000
        let states = Chains(
            indices: 0..<count, baseRates: rates, arithmetic: arithmetic, seed: 4, layer: 0
        ).states
        for (i, rate) in rates.enumerated() {
            let frequency =
                (0..<count).reduce(0.0) { $0 + Double(states[$1 * 3 + i]) } / Double(count)
            let p = rate / (1 + exp(-2)) + (1 - rate) / 2
            #expect(abs(frequency - p) < 4 * (p * (1 - p) / Double(count)).squareRoot())
        }
    }

    /// A step leaves behind the hidden states drawn last, and the next step begins with them.
    @Test(arguments: [1, 2])
    func aStepLeavesTheHiddenStatesDrawnLast(sweeps: Int) {
        var generator = TestGenerator(seed: 71)
        let parameters = generator.parameters(30, 13, weights: 0.5, biases: 0.5)
        let arithmetic = arithmetic(parameters)
        let count = 6
        let start = generator.bytes(count * 13, .bits)
        var chains: Chains? = Chains(indices: 4..<10, hidden: 13, states: start)
        var estimator = GradientEstimator(
            arithmetic: arithmetic, rule: LearningRule(.persistent, sweeps: sweeps), seed: 8,
            layer: 2, batch: 3, chains: 9, timer: StepTimer())
        estimator.estimate(
            step: 5, rows: PhaseRows(positive: 0..<3, of: 3, negative: 4..<10, of: 20),
            chains: &chains)

        // The same sweeps by hand.
        var hidden = start
        for sweep in 0..<sweeps {
            var down = [Float](repeating: 0, count: count * 30)
            arithmetic.downward(hidden, levels: .bits, rows: 0..<count, into: &down)
            activate(.bernoulli, units: 30, rows: 0..<count, &down)
            var visible = [UInt8](repeating: 0, count: count * 30)
            sample(
                down, rows: 0..<count, units: 30, one: 1,
                stream: RandomStream(
                    seed: 8, .visibleState(layer: 2, step: 5, sweep: sweep)),
                firstRow: 4, into: &visible, at: 0)
            var up = [Float](repeating: 0, count: count * 13)
            arithmetic.upward(visible, rows: 0..<count, into: &up)
            activate(.spin, units: 13, rows: 0..<count, &up)
            sample(
                up, rows: 0..<count, units: 13, one: 1,
                stream: RandomStream(
                    seed: 8, .hiddenState(layer: 2, step: 5, sweep: sweep + 1)),
                firstRow: 4, into: &hidden, at: 0)
        }
        #expect(chains == Chains(indices: 4..<10, hidden: 13, states: hidden))
    }

    @Test func statesThatDoNotFitTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = Chains(indices: 0..<3, hidden: 2, states: [0, 1, 0, 1, 0])
        }
    }
}
