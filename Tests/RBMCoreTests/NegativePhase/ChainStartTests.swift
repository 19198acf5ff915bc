import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct ChainStartTests {
    @Test func anyDivisionDrawsTheSameChains() {
        var generator = TestGenerator(seed: 70)
        let layer = Layer(
            LayerSpec(
                visible: 30, hidden: 13, visibleUnits: .bernoulli, hiddenUnits: .spin,
                encoding: .bits), frozen: .integer)
        layer.load(generator.parameters(30, 13, weights: 0.5, biases: 0.5))
        let rates = (0..<30).map { Double($0) / 30 }
        func states(_ indices: Range<Int>) -> [UInt8] {
            ChainStart(rates: rates, layer: layer, seed: 4, place: 1)
                .hiddenStates(of: indices)
        }
        let whole = states(0..<20)
        #expect(whole == states(0..<7) + states(7..<7) + states(7..<20))
        #expect(whole.count == 20 * 13 && whole.allSatisfy { $0 <= 1 })
        let others = ChainStart(rates: rates, layer: layer, seed: 5, place: 1)
        #expect(others.hiddenStates(of: 0..<20) != whole)
    }

    /// The hidden states follow visible states drawn from the base rates: with one visible unit at
    /// each rate coupled to one hidden unit, the frequency is a mixture of two.
    @Test func chainsStartHalfASweepAboveTheBaseRates() {
        let shape = LayerSpec(
            visible: 3, hidden: 3, visibleUnits: .bernoulli, hiddenUnits: .bernoulli,
            encoding: .levels)
        var parameters = Parameters(visible: 3, hidden: 3)
        for i in 0..<3 { parameters[i, i] = 2 }
        let layer = Layer(shape, frozen: .integer)
        layer.load(parameters)
        let rates = [0.1, 0.5, 0.8]
        let count = 40_000
        let states = ChainStart(rates: rates, layer: layer, seed: 4, place: 0)
            .hiddenStates(of: 0..<count)
        for (i, rate) in rates.enumerated() {
            let frequency =
                (0..<count).reduce(0.0) { $0 + Double(states[$1 * 3 + i]) } / Double(count)
            let p = rate / (1 + exp(-2)) + (1 - rate) / 2
            #expect(abs(frequency - p) < 4 * (p * (1 - p) / Double(count)).squareRoot())
        }
    }
}
