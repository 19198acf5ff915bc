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

    /// Tells Open MPI whether its processes have folders in the folder of temporary files.
    ///
    /// All processes that are alone would share one folder, and the end of one removes it while another
    /// looks into it: of 1,200 starts, eight at a time, six failed.
    static let sessionFolders = "OMPI_MCA_orte_create_session_dirs"

    /// Whether the environment shows no launcher, and its user has not decided on the isolation.
    static func isAlone(_ environment: (String) -> String?) -> Bool {
        environment(isolation) == nil && launcherVariables.allSatisfy { environment($0) == nil }
    }

    /// Runs the start of MPI, and spares a process without a launcher the wait for Open MPI's helper.
    ///
    /// The helper would serve processes that are added later, and Wilson adds none. Other MPIs do not read
    /// the variables. They are taken back afterwards, so that no program that is started from here
    /// inherits them.
    static func withIsolation<Result>(_ start: () throws -> Result) rethrows -> Result {
        guard isAlone(environment) else { return try start() }
        let settings = [(isolation, "1"), (sessionFolders, "0")].filter { environment($0.0) == nil }
        for (name, value) in settings { unsafe setenv(name, value, 1) }
        defer { for (name, _) in settings { unsafe unsetenv(name) } }
        return try start()
    }
}
