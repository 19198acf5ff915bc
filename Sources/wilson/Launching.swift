import ArgumentParser
import Ranks
import RBMCore
import Reports
import Runs

/// Options of every command that computes.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Threads of each rank (default: OMP_NUM_THREADS, or the cores of the affinity mask "
                + "divided by the ranks that share it).", valueName: "n"))
    var threads: Int?

    /// More than any machine has; OpenMP ends the program when it cannot start its threads.
    private static let mostThreads = 4096

    @Flag(help: "Print results and errors only.")
    var quiet = false

    func validate() throws {
        if let threads, !(1...Self.mostThreads).contains(threads) {
            throw ValidationError("--threads is \(threads); expected 1 to \(Self.mostThreads)")
        }
    }

    /// Runs a command's work on all ranks, and ends with its exit code.
    func onAllRanks(
        _ body: (borrowing Communicator, ThreadLevel, Watchdog?) throws -> Int32
    ) throws {
        var outcome: Int32 = 0
        let failure = withMPI(version: wilsonVersion) { world, level, watchdog in
            MatrixProducts.setThreads(try threads ?? world.defaultThreads())
            outcome = try body(world, level, watchdog)
        }
        let code = failure != 0 ? failure : outcome
        guard code == 0 else { throw ExitCode(code) }
    }

    /// Runs a command's work on all ranks, and shows on rank 0 what it found.
    ///
    /// - Parameters:
    ///   - isMessage: Whether --quiet holds the table back, since the result is a file.
    ///   - work: Returns nil where a rank has nothing to show; rank 0 has.
    func onAllRanks<Found: Report>(
        json: Bool = false, isMessage: Bool = false,
        _ work: (borrowing Communicator) throws -> Found?
    ) throws {
        try onAllRanks(json: json, isMessage: isMessage) { world, _ in try work(world) }
    }

    /// Runs a command's work that tells its parts, as above.
    ///
    /// - Parameter work: Receives the watchdog too, which is nil where it is turned off.
    func onAllRanks<Found: Report>(
        json: Bool = false, isMessage: Bool = false,
        _ work: (borrowing Communicator, Watchdog?) throws -> Found?
    ) throws {
        try onAllRanks { world, _, watchdog in
            let found = try work(world, watchdog)
            try world.together {
                guard world.rank == 0, let found, json || !isMessage || !quiet else { return }
                try Output.show(found, asJSON: json)
            }
            return 0
        }
    }
}

/// Runs a command that needs no other process, without MPI; ends with the exit code of its error.
///
/// Started under mpirun all the same, rank 0 does it and the others do nothing.
func withoutMPI(_ body: () throws -> Void) throws {
    guard Launch.rank == 0 else { return }
    do {
        try body()
    } catch let error where error is ExitCode || error is CleanExit || error is ValidationError {
        throw error
    } catch {
        report("\(error)")
        throw ExitCode(ExitStatus.of(error))
    }
}
