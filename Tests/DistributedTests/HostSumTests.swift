import TestSupport
import Testing

/// Sums of ranks that share memory are those of MPI.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct HostSumTests {
    @Test(
        arguments: [
            "sums through shared memory are the same",
            "short sums through shared memory are the same", "consecutive sums do not mix",
            "ranges through shared memory are the same", "a grid has rows and columns",
        ], [1, 2, 3, 4, 7])
    func holdsOnEveryRank(check: String, ranks: Int) throws {
        let run = try runCheck(check, ranks: ranks)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }

    /// What is refused to one rank, none takes.
    @Test(arguments: ["first", "last"], [2, 3, 4])
    func messagesAreTheWayWithoutSharedMemory(rank: String, ranks: Int) throws {
        let run = try runCheck("sums where the \(rank) rank may not share memory", ranks: ranks)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }

    @Test(arguments: [2, 3]) func rangesGoByMessagesWithoutSharedMemory(ranks: Int) throws {
        let run = try runCheck(
            "ranges where the first rank may not share memory", ranks: ranks)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }

    @Test func nothingIsLeftBehind() throws {
        let run = try runCheck("shared memory is forgotten", ranks: 2)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }
}
