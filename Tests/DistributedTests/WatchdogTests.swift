import Foundation
import TestSupport
import Testing

@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct WatchdogTests {
    /// One rank is stuck in the measurements of a record, and the others wait for it.
    @Test func aRankThatIsStuckIsNamedAndEndsTheRun() throws {
        let run = try runCheck(
            "a rank that computes for ever is named", ranks: 3,
            environment: ["WILSON_WATCHDOG": "0.4"])
        #expect(run.status == 74, "\(run.words)")
        // Two seconds in a record, and five times as much.
        #expect(run.errors.contains("s; the run ends after 10 s"), "\(run.words)")
        #expect(run.errors.contains("wilson: error: no progress for 1"), "\(run.words)")
        #expect(
            run.errors.contains("computes, and waits for nobody, in the record of step 40"),
            "\(run.words)")
        #expect(run.errors.contains("waits in MPI_Barrier, in the record of step 40"))
    }

    /// The others wait in the end of MPI.
    @Test func aRankThatDoesNotEndIsNamedAndEndsTheRun() throws {
        let run = try runCheck(
            "a rank that does not come to the end is named", ranks: 3,
            environment: ["WILSON_WATCHDOG": "0.4"])
        #expect(run.status == 74, "\(run.words)")
        #expect(run.errors.contains("computes, and waits for nobody"), "\(run.words)")
        #expect(run.errors.contains("waits in MPI_Finalize"), "\(run.words)")
    }

    /// Work that tells no parts may take any time, but a rank that does not run keeps the others waiting.
    @Test func aRankThatIsStoppedAtItsWorkIsNamedAndEndsTheRun() throws {
        let run = try runCheck(
            "a rank that is stopped at its work is named", ranks: 2,
            environment: ["WILSON_WATCHDOG": "0.4"])
        #expect(run.status == 74, "\(run.words)")
        #expect(run.errors.contains("is stopped by a signal"), "\(run.words)")
        #expect(run.errors.contains("Start the same command again"), "\(run.words)")

        let patient = try runCheck(
            "a rank may work for long", ranks: 2, environment: ["WILSON_WATCHDOG": "0.4"])
        #expect(patient.status == 0, "\(patient.words)")
        #expect(!patient.errors.contains("no progress"), "\(patient.words)")
    }

    /// No watchdog watches yet where all ranks meet for the first time.
    @Test(arguments: [0, 2]) func aRankThatDoesNotStartEndsTheRun(missing: Int) throws {
        let run = try Program.start(
            [
                "mpirun", "-np", "3", "bash", "-c",
                "if ((OMPI_COMM_WORLD_RANK == \(missing))); then kill -STOP $$; fi; exec \"$@\"",
                "-",
                Program.path("rank-checks"), "a rank may work for long",
            ], environment: ["WILSON_WATCHDOG": "0.4"])
        #expect(run.status == 74, "\(run.words)")
        #expect(
            run.errors.contains("wilson: error: no progress for 1"), "\(run.words)")
        #expect(run.errors.contains("s at the start; the run ends"), "\(run.words)")
        #expect(run.errors.contains("waits in MPI_Init"), "\(run.words)")
        #expect(run.errors.contains("beside it is stopped by a signal"), "\(run.words)")
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
