import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct ActivationTests {
    @Test(arguments: UnitKinds.binary)
    func activationIsTheProbabilityOfTheUpperValue(kind: any UnitKind) {
        let fields: [Float] = [-1000, -20, -1.5, -0.1, 0, 0.1, 1.5, 20, 1000]
        var values = fields
        activate(kind, units: 3, rows: 0..<3, &values)
        for (x, p) in zip(fields, values) {
            // p of the upper of two values with energies ∓x/2 (Bernoulli) or ∓x (spin).
            let exact = 1 / (1 + exp(-(kind == .spin ? 2 : 1) * Double(x)))
            #expect(abs(Double(p) - exact) < 2e-7)
            #expect(abs(kind.value(Double(p)) - kind.mean(field: Double(x))) < 4e-7)
        }
    }

    @Test func otherRowsStayAsTheyAre() {
        var values = [Float](repeating: 7, count: 12)
        activate(.bernoulli, units: 3, rows: 1..<3, &values)
        #expect(Array(values[..<3]) == [7, 7, 7])
        #expect(Array(values[9...]) == [7, 7, 7])
        #expect(values[3..<9].allSatisfy { $0 < 1 })
    }

    @Test func aUnitIsOneWhereItsOwnRandomNumberLiesBelowItsProbability() {
        var generator = TestGenerator(seed: 4)
        let stream = RandomStream(seed: 9, .hiddenState(layer: 1, step: 2, sweep: 3))
        let units = 70
        let probabilities = generator.probabilities(5 * units)
        var states = [UInt8](repeating: 9, count: 6 * units)
        sample(
            Bernoulli(), probabilities, rows: 1..<4, columns: units, bytes: units, one: 127,
            stream: stream, firstRow: 100, into: &states, at: 2)
        let expected = (0..<3).flatMap { row in
            (0..<units).map { unit -> UInt8 in
                let random = stream.word(row: 100 + row, unit: unit)
                return random.occurs(probabilities[(1 + row) * units + unit]) ? 127 : 0
            }
        }
        #expect(Array(states[(2 * units)..<(5 * units)]) == expected)
        #expect(states[..<(2 * units)].allSatisfy { $0 == 9 })
        #expect(states[(5 * units)...].allSatisfy { $0 == 9 })
    }

    @Test func certainUnitsAreNeverWrongAndOthersHaveTheirFrequencies() {
        let probabilities: [Float] = [0, 1, 0.1, 0.5, 0.9]
        let count = 100_000
        var ones = [Double](repeating: 0, count: 5)
        var states = [UInt8](repeating: 0, count: 5)
        for row in 0..<count {
            sample(
                Bernoulli(), probabilities, rows: 0..<1, columns: 5, bytes: 5, one: 1,
                stream: RandomStream(seed: 3, .sampling(.hidden, layer: 0, sweep: 0)),
                firstRow: row, into: &states, at: 0)
            for unit in 0..<5 { ones[unit] += Double(states[unit]) }
        }
        #expect(ones[0] == 0)
        #expect(ones[1] == Double(count))
        for unit in 2..<5 {
            let p = Double(probabilities[unit])
            let error = (p * (1 - p) / Double(count)).squareRoot()
            #expect(abs(ones[unit] / Double(count) - p) < 4 * error)
        }
    }
}
