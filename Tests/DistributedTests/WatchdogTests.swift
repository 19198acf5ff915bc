import TestSupport
import Testing

@Suite(.launches, .serialized, .timeLimit(.minutes(3))) struct WatchdogTests {
    /// One rank is stuck in the measurements of a record, and the others wait for it.
    @Test func aRankThatIsStuckIsNamedAndEndsTheRun() throws {
        let run = try runCheck(
            "a rank that computes for ever is named", ranks: 3,
            environment: ["WILSON_WATCHDOG": "0.2"])
        #expect(run.status == 74, "\(run.words)")
        #expect(run.errors.contains("warning: no progress for 1 s"), "\(run.words)")
        #expect(run.errors.contains("error: no progress for 5 s: the run ends"), "\(run.words)")
        #expect(
            run.errors.contains("computes, and waits for nobody, in the record of step 40"),
            "\(run.words)")
        #expect(run.errors.components(separatedBy: "waits in MPI_Barrier").count == 5)
        #expect(run.errors.components(separatedBy: "wilson: error").count == 2, "\(run.words)")
    }

    @Test(arguments: ["soon", "0", "-1", "nan"]) func aLimitIsANumberOfSeconds(text: String) throws
    {
        let run = try runCheck(
            "a rank that computes for ever is named", ranks: 2,
            environment: ["WILSON_WATCHDOG": text])
        #expect(run.status == 64, "\(run.words)")
        #expect(run.errors.contains("WILSON_WATCHDOG is `\(text)`"), "\(run.words)")
    }
}
