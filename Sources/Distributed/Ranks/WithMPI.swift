import CMPI
import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the launcher tells this process before MPI is started.
public enum Launch {
    /// This process's rank as the launcher put it into the environment; 0 without a launcher.
    ///
    /// It serves only to decide which process writes before `withMPI`.
    public static var rank: Int {
        for name in ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"] {
            if let value = environment(name).flatMap({ Int($0) }) { return value }
        }
        return 0
    }

    /// How many processes the launcher has started, as it put that into the environment; 1 without a
    /// launcher.
    static var ranks: Int {
        for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_NTASKS"] {
            if let value = environment(name).flatMap({ Int($0) }) { return value }
        }
        return 1
    }

    static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}

/// The name and version of the MPI library, one line.
public func mpiLibraryVersion() -> String {
    let version = unsafe text { unsafe cmpi_library_version($0, $1) }
    return version.split(separator: "\n").first.map { String($0) } ?? version
}

/// The thread level that MPI granted.
public enum ThreadLevel: Int32, Sendable {
    case single, funneled, serialized, multiple

    /// What MPI has granted to this process.
    public static var granted: ThreadLevel { ThreadLevel(rawValue: cmpi_thread_level()) ?? .single }

    /// Whether a thread other than the main one may call MPI, if no two threads do at a time.
    public var allowsOtherThreads: Bool { rawValue >= Self.serialized.rawValue }
}

/// Starts MPI, runs `body` with the group of all ranks, and ends MPI.
///
/// A `SharedFailure` is reported by rank 0, and all ranks end in order. Any other error is reported
/// where it happens and ends the whole job at once: the other ranks may be waiting for a message
/// that will never come.
///
/// - Parameters:
///   - version: The version of the program. Ranks of other versions or builds are refused.
///   - body: Receives the watchdog too, which is nil where it is turned off.
/// - Returns: The exit code of this process.
public func withMPI(
    version: String,
    _ body: (borrowing Communicator, ThreadLevel, Watchdog?) throws -> Void
) -> Int32 {
    do {
        let start = StartWatch()
        var granted: Int32 = 0
        try Launch.withIsolation { unsafe try check(cmpi_init(&granted)) }
        let world = try Communicator.world()
        let code = run(version, body, world, ThreadLevel(rawValue: granted) ?? .single, start)
        try check(cmpi_finalize())
        return code
    } catch {
        report("\(error)")
        return ExitStatus.mpi
    }
}

private func run(
    _ version: String, _ body: (borrowing Communicator, ThreadLevel, Watchdog?) throws -> Void,
    _ world: borrowing Communicator, _ level: ThreadLevel, _ start: StartWatch?
) -> Int32 {
    do {
        try refuseSilentSingleton(world)
        try refuseOtherLauncher(world)
        try refuseOtherPrograms(version, world)
        let watchdog = try Watchdog(world)
        watchdog?.watchToTheEnd()
        start?.end()
        RankProgress.begin(.work)
        try body(world, level, watchdog)
        return 0
    } catch let failure as SharedFailure {
        // Unconnected copies are each rank 0 of a world of their own. Only the launcher's first
        // copy speaks.
        if world.rank == 0 && (world.size > 1 || Launch.rank == 0) {
            report(failure.description)
        }
        return failure.exitCode
    } catch {
        guard world.size > 1 else {
            report("\(error)")
            return ExitStatus.of(error)
        }
        report("[rank \(world.rank) of \(world.size) on \(world.hostName())] \(error)")
        cmpi_abort(ExitStatus.of(error))
    }
}

/// Refuses to run as one of several unconnected copies.
///
/// Without PMIx, srun starts N programs, and each takes itself for the only rank.
private func refuseSilentSingleton(_ world: borrowing Communicator) throws {
    guard world.size == 1, let tasks = Launch.environment("SLURM_NTASKS").flatMap({ Int($0) }),
        tasks > 1
    else { return }
    throw SharedFailure(
        exitCode: ExitStatus.mpi,
        "Slurm has \(tasks) tasks for this job (SLURM_NTASKS), but MPI connects only this one: "
            + "each would run alone. Start them with `srun --mpi=pmix` or with mpirun. If one rank "
            + "is what you want, say `srun -n 1`, or set SLURM_NTASKS=1")
}

/// Refuses to run as one of several copies that the launcher of another MPI started.
///
/// Each would take itself for the only rank, and all would write into one folder.
private func refuseOtherLauncher(_ world: borrowing Communicator) throws {
    guard world.size == 1 else { return }
    let names = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS", "MV2_COMM_WORLD_SIZE"]
    for name in names {
        guard let ranks = Launch.environment(name).flatMap({ Int($0) }), ranks > 1 else { continue }
        throw SharedFailure(
            exitCode: ExitStatus.mpi,
            "the launcher has started \(ranks) ranks (\(name)), but MPI connects only this one: "
                + "each would run alone. The launcher belongs to another MPI than Wilson's, "
                + "\(mpiLibraryVersion()); use the mpirun of Wilson's. If one rank is what you want, "
                + "unset \(name)")
    }
}

/// Collective.
///
/// Refuses ranks that run another program than rank 0, by its version or its bytes: they may compute or
/// exchange something else.
private func refuseOtherPrograms(_ version: String, _ world: borrowing Communicator) throws {
    guard world.size > 1 else { return }
    let program = try world.together { "\(version), build \(try programChecksum())" }
    guard let difference = try world.disagreement(on: program) else { return }
    throw SharedFailure(
        exitCode: ExitStatus.mpi,
        "the ranks run different builds of the program. Install one build on all hosts, at the same "
            + "path:\n" + difference)
}

/// A checksum of the file of this program; `unknown` where the system does not show it.
///
/// The text of a version is that of all builds between two releases.
private func programChecksum() throws(StorageError) -> String {
    let file = "/proc/self/exe"
    guard unsafe access(file, R_OK) == 0 else { return "unknown" }
    return String(try crc32(ofFile: file), radix: 16)
}

/// Runs an exchange in a place that cannot throw, and ends the job if it fails.
public func orEndTheJob(
    _ world: borrowing Communicator, _ exchange: () throws(MPIError) -> Void
) {
    do throws(MPIError) {
        try exchange()
    } catch {
        report("[rank \(world.rank) of \(world.size) on \(world.hostName())] \(error)")
        cmpi_abort(ExitStatus.of(error))
    }
}

/// Writes an error as one line to standard error.
public func report(_ message: String) {
    let line = "wilson: error: \(printable(message))\n"
    // One write for the whole line, so that lines of several ranks do not mix.
    _ = unsafe Array(line.utf8).withUnsafeBytes { unsafe write(2, $0.baseAddress!, $0.count) }
}
