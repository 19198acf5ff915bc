import Testing

@Suite(.serialized, .timeLimit(.minutes(2))) struct CommunicatorTests {
    @Test(
        arguments: [
            "sums are those of all ranks", "bytes arrive as they were sent",
            "a failure on one rank is shared", "shares cover everything once",
        ], [1, 2, 3, 4])
    func holdsOnEveryRank(check: String, ranks: Int) throws {
        let run = try MPIRun.check(check, ranks: ranks)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }

    @Test func anErrorOnOneRankEndsTheJobWithItsHostAndRank() throws {
        let run = try MPIRun.check("an error on one rank ends the job", ranks: 3)
        #expect(run.status == 70, "\(run.errors)")
        #expect(run.errors.contains("[rank 2 of 3 on "), "\(run.errors)")
        #expect(run.errors.contains("the last rank fails on purpose"), "\(run.errors)")
    }

    @Test func aSilentSingletonIsRefused() throws {
        let run = try MPIRun.check(
            "shares cover everything once", ranks: 1,
            environment: ["SLURM_NTASKS": "4", "SLURM_PROCID": "0"])
        #expect(run.status == 71)
        #expect(run.errors.contains("srun --mpi=pmix"), "\(run.errors)")
    }
}
