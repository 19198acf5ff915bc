import Foundation
import RandomStreams
import Testing

@testable import Ising

@Suite struct RandomWordsTests {
    @Test func wordsAreThoseOfTheStream() {
        var words = RandomWords(seed: 9, row: 5) {
            .isingUpdate(.groups, role: 1, chunk: $0)
        }
        for chunk in 0..<2 {
            let stream = RandomStream(
                seed: 9, .isingUpdate(.groups, role: 1, chunk: chunk))
            for i in 0..<2048 {
                let low = UInt64(stream.word(row: 5, unit: 2 * i))
                let high = UInt64(stream.word(row: 5, unit: 2 * i + 1))
                #expect(words.next() == low | high << 32)
            }
        }
    }

    @Test(arguments: [0, 0.03, 0.1716, 0.5, 0.75, 0.999, 1])
    func bitsHaveTheirProbability(probability: Double) {
        var words = RandomWords(seed: 3, row: 0) {
            .isingUpdate(.groups, role: 0, chunk: $0)
        }
        let trials = 4000
        var ones = [Int](repeating: 0, count: 64)
        for _ in 0..<trials {
            let bits = words.bernoulli(Probability(probability), lanes: ~0)
            for lane in 0..<64 { ones[lane] += Int(bits >> UInt64(lane) & 1) }
        }
        let variance = Double(trials) * probability * (1 - probability)
        let expected = Double(trials) * probability
        // Sum of 64 squared deviations: mean 64, standard deviation √128.
        let chi = ones.reduce(0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / max(variance, 1e-9)
        }
        #expect(chi < 64 + 4 * 128.0.squareRoot())
        #expect(variance == 0 || chi > 64 - 4 * 128.0.squareRoot())
    }

    @Test func lanesThatAskForNothingStayZero() {
        var words = RandomWords(seed: 3, row: 0) {
            .isingUpdate(.groups, role: 0, chunk: $0)
        }
        for _ in 0..<100 {
            #expect(words.bernoulli(Probability(0.9), lanes: 0xF0F0) & ~0xF0F0 == 0)
        }
        #expect(words.bernoulli(Probability(0), lanes: ~0) == 0)
    }

    @Test func rowsOfWordsAgreeWithSingleDigits() {
        // With one word in the row both ways of drawing take the same words.
        var row = RandomWords(seed: 5, row: 0, longestDraw: 8) {
            .isingUpdate(.groups, role: 0, chunk: $0)
        }
        var single = RandomWords(seed: 5, row: 0) {
            .isingUpdate(.groups, role: 0, chunk: $0)
        }
        let probability = Probability(0.3)
        var lanes: [UInt64] = [~0]
        var drawn: [UInt64] = [0]
        unsafe lanes.withUnsafeMutableBufferPointer { lanes in
            unsafe drawn.withUnsafeMutableBufferPointer { drawn in
                unsafe row.bernoulli(
                    probability, lanes: lanes.baseAddress!, drawn: drawn.baseAddress!, count: 1,
                    digits: 4)
            }
        }
        #expect(drawn[0] == single.bernoulli(probability, lanes: ~0))
        #expect(row.next() == single.next())
    }

    @Test func probabilitiesAreRoundedToTheirDigits() {
        #expect(Probability(0).fraction == 0)
        #expect(Probability(0.5).fraction == 1 << 63)
        #expect(Probability(0.75).fraction == 3 << 62)
        #expect(Probability(1).fraction == ~0 << 16)
    }

    @Test(arguments: [0, 1e-9, 0.1, 0.5, 1, 1.7627, 20, 300, 800])
    func decayIsTheExponential(x: Double) {
        let found = Probability.exponentialDecay(x)
        #expect(abs(found - exp(-x)) <= 1e-13 * exp(-x) + 1e-300)
    }
}
