import TestSupport
import Testing

@testable import RBMCore

@Suite struct LocalStartTests {
    /// Cases of a closed chain of spins, each of which differs from its left neighbour with a
    /// probability of a tenth; the last two with one of nine tenths.
    private func chain(_ units: Int, cases: Int) -> [UInt8] {
        var generator = TestGenerator(seed: 51)
        return (0..<cases).flatMap { _ in
            var state = UInt8.random(in: 0...1, using: &generator)
            return (0..<units).map { i in
                let change = i == units - 1 ? 0.9 : 0.1
                if i > 0, Double.random(in: 0..<1, using: &generator) < change { state = 1 - state }
                return state
            }
        }
    }

    @Test func eachHiddenSpinBeginsAtOneSpinAndItsNeighbours() {
        var parameters = Parameters(visible: 9, hidden: 9)
        parameters.addLocalWeights(neighbours: 2, states: chain(9, cases: 3000))
        for j in 0..<9 {
            for i in 0..<9 {
                let isNeighbour =
                    j == 0 ? (1...2).contains(i) : j == 8 ? (6...7).contains(i) : abs(i - j) == 1
                let sign: Float = (i == 8) != (j == 8) ? -1 : 1
                #expect(parameters[i, j] == (i == j ? 1 : isNeighbour ? sign / 2 : 0), "\(i), \(j)")
            }
        }
        #expect(parameters.visibleBias == Array(repeating: 0, count: 9))
    }

    /// By their definition, over pairs of cases.
    @Test func neighboursAreThoseOfTheLargestCovariance() {
        var generator = TestGenerator(seed: 52)
        let cases = 70
        let rates = (0..<8).map { _ in Double.random(in: 0.2..<0.9, using: &generator) }
        let states = (0..<cases).flatMap { _ in
            rates.map { UInt8(Double.random(in: 0..<1, using: &generator) < $0 ? 1 : 0) }
        }
        var parameters = Parameters(visible: 8, hidden: 16)
        parameters.addLocalWeights(neighbours: 3, states: states)
        func spin(_ row: Int, _ i: Int) -> Int { 2 * Int(states[row * 8 + i]) - 1 }
        func sum(_ value: (Int) -> Int) -> Int { (0..<cases).reduce(0) { $0 + value($1) } }
        for j in 0..<16 {
            let centre = j % 8
            let covariances = (0..<8).map { i in
                cases * sum { spin($0, i) * spin($0, centre) }
                    - sum { spin($0, i) } * sum { spin($0, centre) }
            }
            // Of equal ones the first.
            let largest = (0..<8).filter { $0 != centre }
                .sorted { (-abs(covariances[$0]), $0) < (-abs(covariances[$1]), $1) }.prefix(3)
            for i in 0..<8 where i != centre {
                #expect((parameters[i, j] != 0) == largest.contains(i), "\(i), \(j)")
                if parameters[i, j] != 0 {
                    #expect((parameters[i, j] < 0) == (covariances[i] < 0))
                }
            }
        }
    }

    /// Two groups of spins that know nothing of each other: two hidden units take one each.
    @Test func fewHiddenSpinsBeginFarFromEachOther() {
        let cases = 600
        var generator = TestGenerator(seed: 53)
        let states = (0..<cases).flatMap { _ in
            let two = (0..<2).map { _ in UInt8.random(in: 0...1, using: &generator) }
            return [two[0], two[0], two[0], two[1], two[1]]
        }
        var parameters = Parameters(visible: 5, hidden: 2)
        parameters.addLocalWeights(neighbours: 1, states: states)
        #expect(parameters[0, 0] == 1 && (3...4).contains { parameters[$0, 1] == 1 })
    }
}
