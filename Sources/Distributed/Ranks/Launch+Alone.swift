#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Launch {
    /// Variables of which a launcher, or the scheduler above it, sets at least one.
    static let launcherVariables = [
        "OMPI_COMM_WORLD_SIZE", "OMPI_UNIVERSE_SIZE", "PMIX_NAMESPACE", "PMIX_RANK", "PMI_FD",
        "PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS", "MV2_COMM_WORLD_SIZE", "SLURM_JOB_ID",
        "SLURM_PROCID", "PBS_JOBID", "LSB_JOBID", "FLUX_JOB_ID", "PALS_RANKID",
    ]

    /// Tells Open MPI that a process without a launcher stays alone.
    static let isolation = "OMPI_MCA_ess_singleton_isolated"

    /// Whether the environment shows no launcher, and its user has not decided on the isolation.
    static func isAlone(_ environment: (String) -> String?) -> Bool {
        environment(isolation) == nil && launcherVariables.allSatisfy { environment($0) == nil }
    }

    /// Runs the start of MPI, and spares a process without a launcher the wait for Open MPI's helper.
    ///
    /// The helper would serve processes that are added later, and Wilson adds none. Other MPIs do not read
    /// the variable. It is taken back afterwards, so that no program that is started from here inherits
    /// it.
    static func withIsolation<Result>(_ start: () throws -> Result) rethrows -> Result {
        guard isAlone(environment) else { return try start() }
        unsafe setenv(isolation, "1", 0)
        defer { unsafe unsetenv(isolation) }
        return try start()
    }
}
