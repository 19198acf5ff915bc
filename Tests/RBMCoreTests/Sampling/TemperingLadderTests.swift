import Testing

@testable import RBMCore

@Suite struct TemperingLadderTests {
    @Test func stepsAreEqual() {
        #expect(TemperingLadder(levels: 5, lowest: 0).betas == [0, 0.25, 0.5, 0.75, 1])
        #expect(TemperingLadder(levels: 3, lowest: 0.5).betas == [0.5, 0.75, 1])
        #expect(TemperingLadder(levels: 1, lowest: 0).betas == [1])
        #expect(TemperingLadder(levels: 3, lowest: 0.5).pairs == 2)
    }

    /// Of 0.8 refusals in all, 0.6 are in the upper half.
    @Test func levelsAreWhereSwapsAreRefused() {
        let ladder = TemperingLadder([0, 0.5, 1]).respaced(acceptance: [0.8, 0.4], levels: 5)
        let expected = [0, 0.5, 0.5 + 0.5 / 3, 0.5 + 1.0 / 3, 1]
        #expect(ladder.levels == 5)
        for (found, beta) in zip(ladder.betas, expected) { #expect(abs(found - beta) < 1e-12) }
        #expect(ladder.betas.first == 0 && ladder.betas.last == 1)
    }

    @Test func equalRefusalsChangeNothing() {
        let ladder = TemperingLadder([0.25, 0.5, 0.75, 1])
        let same = ladder.respaced(acceptance: [0.7, 0.7, 0.7], levels: 4)
        for (found, beta) in zip(same.betas, ladder.betas) { #expect(abs(found - beta) < 1e-12) }
        // Where nothing is refused, the levels are spread evenly, and still apart.
        let open = ladder.respaced(acceptance: [1, 1, 1], levels: 7)
        #expect(open.levels == 7)
        #expect(abs(open.betas[1] - 0.375) < 1e-12)
        // Where everything is refused in one place, the others stay apart.
        let closed = ladder.respaced(acceptance: [1, 0, 1], levels: 9)
        #expect(closed.levels == 9 && closed.betas[0] == 0.25)
        #expect(ladder.respaced(acceptance: [0, 0, 0], levels: 1).betas == [1])
    }

    @Test func aBarrierAsksForTwiceAsManyLevels() {
        #expect(abs(TemperingLadder.barrier(acceptance: [0.5, 0.25, 1]) - 1.251) < 1e-12)
        #expect(TemperingLadder.levels(forBarrier: 4.1) == 10)
        #expect(TemperingLadder.levels(forBarrier: 0) == 2)
    }

    @Test func numbersThatAreNoLadderTrap() async {
        await #expect(processExitsWith: .failure) { _ = TemperingLadder([0.5, 0.4, 1]) }
        await #expect(processExitsWith: .failure) { _ = TemperingLadder([-0.1, 1]) }
        await #expect(processExitsWith: .failure) { _ = TemperingLadder([0, 0.5]) }
    }
}
