import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct TemperingPilotTests {
    private func machine() -> RBM {
        var generator = TestGenerator(seed: 130)
        return generator.rbm(40, 20, .bernoulli, .spin, weights: 0.8)
    }

    /// Neighbours on the chosen ladder refuse about half of their swaps, all alike.
    @Test(.statistical) func pairsRefuseAlike() {
        let path = TemperingPilot().path(
            for: machine(), base: TemperingBase(plainFor: machine()), arithmetic: .integer, seed: 3)
        let ladder = path.ladder
        #expect(ladder.betas[0] == 0 && ladder.levels > 4)
        var chains = TemperedChains(
            machine(), path: path, lanes: 0..<100, arithmetic: .integer, seed: 4)
        chains.run(sweeps: 50)
        chains.clearTally()
        chains.run(sweeps: 200)
        for share in chains.tally.shares { #expect(share > 0.4 && share < 0.7) }
        // Another ladder refuses unevenly.
        var even = TemperedChains(
            machine(), ladder: TemperingLadder(levels: ladder.levels, lowest: 0), lanes: 0..<100,
            arithmetic: .integer, seed: 4)
        even.run(sweeps: 200)
        let (least, most) = (even.tally.shares.min() ?? 0, even.tally.shares.max() ?? 0)
        #expect(most - least > 0.25)
    }

    @Test func theNumberOfLevelsAndTheLowestMayBeGiven() {
        var pilot = TemperingPilot()
        pilot.levels = 6
        pilot.lowest = 0.3
        pilot.ladderRounds = 1
        let ladder = pilot.path(for: machine(), arithmetic: .integer, seed: 3).ladder
        #expect(ladder.levels == 6 && ladder.betas[0] == 0.3)
    }

    /// Units that are nearly always up or down have such a base; those whose mean may be chance, none.
    @Test(.statistical) func theBaseHasTheMeansThatAreCertain() {
        var parameters = Parameters(visible: 4, hidden: 2)
        let first = parameters.visibleBiasRange.lowerBound
        for (i, bias) in [3, -3, 0, 0].enumerated() { parameters.values[first + i] = Float(bias) }
        // The last two spins are both up or both down, by a coupling that no sweep turns.
        parameters[2, 0] = 6
        parameters[3, 0] = 6
        let rbm = RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters)
        let base = TemperingPilot().path(for: rbm, arithmetic: .integer, seed: 3).base
        #expect(base.visibleBias[0] > 2 && base.visibleBias[1] < -2)
        #expect(base.visibleBias[2].magnitude < 0.2 && base.visibleBias[3].magnitude < 0.2)
        #expect(base.hiddenBias.allSatisfy { $0.magnitude < 0.2 })
        // Without biases there is no doubt.
        var symmetric = rbm
        for i in parameters.visibleBiasRange { symmetric.parameters.values[i] = 0 }
        #expect(symmetric.isSymmetric && !rbm.isSymmetric)
        #expect(
            TemperingPilot().path(for: symmetric, arithmetic: .integer, seed: 3).base
                == TemperingBase(plainFor: rbm))
        // A base that is given stays.
        let plain = TemperingBase(plainFor: rbm)
        let path = TemperingPilot().path(for: rbm, base: plain, arithmetic: .integer, seed: 3)
        #expect(path.base == plain)
    }

    /// Levels that are never or always 1 keep finite biases.
    @Test func certainLevelsHaveFiniteBiases() {
        let rbm = RBM(
            visibleUnits: .bernoulli, hiddenUnits: .spin,
            parameters: Parameters(visible: 2, hidden: 1))
        let base = TemperingBase(
            marginals: [0, 8, 4], count: 8, LayerSpec(states: rbm))
        #expect(abs(base.visibleBias[0] + log(9)) < 1e-6)
        #expect(abs(base.visibleBias[1] - log(9)) < 1e-6)
        #expect(base.hiddenBias == [0])
    }

    /// Two processes with a part of the lanes each find the sums, and the ladder, of one.
    @Test func lanesMayBeSharedOut() {
        var pilot = TemperingPilot()
        pilot.baseRounds = 2
        pilot.ladderRounds = 1
        func run(_ lanes: Range<Int>, _ sums: [[Int64]]?) -> (TemperingPath, [[Int64]]) {
            var own: [[Int64]] = []
            let path = pilot.path(
                for: machine(), lanes: lanes, arithmetic: .integer, seed: 3
            ) { units in
                own.append(units)
                if let sums { units = sums[own.count - 1] }
            }
            return (path, own)
        }
        let (path, sums) = run(0..<16, nil)
        let (lower, upper) = (run(0..<5, sums), run(5..<16, sums))
        #expect(sums.count == 6)
        #expect(lower.0 == path && upper.0 == path)
        for round in sums.indices {
            #expect(zip(lower.1[round], upper.1[round]).map(+) == sums[round])
        }
    }
}
