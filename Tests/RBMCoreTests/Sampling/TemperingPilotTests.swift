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
        let ladder = TemperingPilot().ladder(
            for: machine(), arithmetic: .integer, seed: 3)
        #expect(ladder.betas[0] == 0 && ladder.levels > 4)
        var chains = TemperedChains(
            machine(), ladder: ladder, lanes: 0..<100, arithmetic: .integer, seed: 4)
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
        pilot.rounds = 2
        let ladder = pilot.ladder(for: machine(), arithmetic: .integer, seed: 3)
        #expect(ladder.levels == 6 && ladder.betas[0] == 0.3)
    }

    /// Two processes with a part of the lanes each find the sums, and the ladder, of one.
    @Test func lanesMayBeSharedOut() {
        var pilot = TemperingPilot()
        pilot.rounds = 3
        func run(_ lanes: Range<Int>, _ sums: [[Int64]]?) -> (TemperingLadder, [[Int64]]) {
            var own: [[Int64]] = []
            let ladder = pilot.ladder(
                for: machine(), lanes: lanes, arithmetic: .integer, seed: 3
            ) { units in
                own.append(units)
                if let sums { units = sums[own.count - 1] }
            }
            return (ladder, own)
        }
        let (ladder, sums) = run(0..<16, nil)
        let (lower, upper) = (run(0..<5, sums), run(5..<16, sums))
        #expect(lower.0 == ladder && upper.0 == ladder)
        for round in 0..<3 {
            #expect(zip(lower.1[round], upper.1[round]).map(+) == sums[round])
        }
    }
}
