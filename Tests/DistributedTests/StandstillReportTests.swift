import TestSupport
import Testing

@testable import Ranks

@Suite struct StandstillReportTests {
    private func rank(
        _ number: Int, _ call: WaitingCall? = .allreduce, isAlive: Bool = true,
        state: Character? = "S", phase: RankProgress.Phase = .step
    ) -> StandstillReport.Rank {
        StandstillReport.Rank(
            entry: ProgressBoard.Entry(
                rank: number, process: 100 + number, phase: phase, step: 40, call: call),
            isAlive: isAlive, state: state)
    }

    private func lines(_ ranks: [StandstillReport.Rank], others: [String] = []) -> [String] {
        StandstillReport(host: "node1", ranks: ranks, others: others).lines
    }

    @Test func theRankThatOthersWaitForComesFirst() {
        #expect(
            lines([rank(0), rank(1, nil, state: "R", phase: .record)]) == [
                "  rank 1 on node1, process 101: computes, and waits for nobody, in the record of step 40",
                "  rank 0 on node1, process 100: waits in MPI_Allreduce, in the step after step 40",
            ])
    }

    @Test(
        arguments: [
            ("T", "is stopped by a signal"), ("t", "is stopped by a signal"), ("Z", "has ended"),
            (nil, "has ended"), ("R", "does not run (state R)"),
        ] as [(Character?, String)])
    func aProcessThatDoesNotLookIsNamedWithItsState(state: Character?, words: String) {
        let found = lines([rank(0), rank(1, isAlive: false, state: state)])
        #expect(found[0].contains("rank 1 on node1, process 101: \(words)"), "\(found)")
        #expect(found[0].contains("kill -CONT 101") == (words == "is stopped by a signal"))
    }

    @Test func aProcessThatWaitsForADiskSaysSo() {
        let found = lines([rank(0), rank(1, nil, state: "D", phase: .checkpoint)])
        #expect(found[0].contains("waits for a disk or a network file system, in the checkpoint"))
    }

    @Test func whereAllWaitTheOtherHostsAreNamed() {
        let found = lines([rank(0), rank(1)], others: ["node2 (ranks 2-3)"])
        #expect(found.count == 3)
        #expect(found[2].contains("all of node1 wait for another host"), "\(found)")
        #expect(found[2].contains("node2 (ranks 2-3)"), "\(found)")
        #expect(lines([rank(0), rank(1)])[2].contains("each waits for another"))
    }

    @Test func manyRanksAreCounted() {
        let found = lines((0..<40).map { rank($0, $0 == 39 ? nil : .barrier) })
        #expect(found.count == 17)
        #expect(found[0].contains("rank 39 on node1"), "\(found[0])")
        #expect(found[16] == "  and 24 ranks more of node1")
    }
}
