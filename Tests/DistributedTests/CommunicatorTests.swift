import Foundation
import TestSupport
import Testing

@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct CommunicatorTests {
    @Test(
        arguments: [
            "sums are those of all ranks", "bytes arrive as they were sent",
            "a failure on one rank is shared", "shares cover everything once",
            "ranks that hold something else are named",
        ], [1, 2, 3, 4])
    func holdsOnEveryRank(check: String, ranks: Int) throws {
        let run = try runCheck(check, ranks: ranks)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }

    @Test func anErrorOnOneRankEndsTheJobWithItsHostAndRank() throws {
        let run = try runCheck("an error on one rank ends the job", ranks: 3)
        #expect(run.status == 70, "\(run.errors)")
        #expect(run.errors.contains("[rank 2 of 3 on "), "\(run.errors)")
        #expect(run.errors.contains("the last rank fails on purpose"), "\(run.errors)")
    }

    @Test func aRankOfAnotherVersionIsRefusedOnce() throws {
        let run = try runCheck("a rank of another version is refused", ranks: 4)
        #expect(run.status == 71, "\(run.errors)")
        #expect(run.errors.contains("different builds"), "\(run.errors)")
        #expect(run.errors.contains("rank 2 on "), "\(run.errors)")
        #expect(run.errors.components(separatedBy: "wilson: error").count == 2, "\(run.errors)")
    }

    @Test(arguments: ["0", nil]) func aSilentSingletonIsRefused(number: String?) throws {
        var environment = ["SLURM_NTASKS": "4"]
        environment["SLURM_PROCID"] = number
        let run = try runCheck(
            "shares cover everything once", ranks: 1, environment: environment)
        #expect(run.status == 71)
        #expect(run.errors.contains("srun --mpi=pmix"), "\(run.errors)")
    }

    @Test func slurmMayStartOneRankAlone() throws {
        let run = try runCheck(
            "shares cover everything once", ranks: 1, environment: ["SLURM_NTASKS": "1"])
        #expect(run.status == 0, "\(run.errors)")
    }
}
