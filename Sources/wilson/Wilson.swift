import ArgumentParser
import DistributedTraining
import RBMCore
import Reports
import Runs

/// The command: says what there is, and leaves the work to the libraries.
@main struct Wilson: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wilson",
        abstract: "Trains Restricted Boltzmann Machines and stacks of them on many processes.",
        discussion: """
            Every command runs alone, under mpirun and under srun; one seed gives one result on any \
            number of ranks.

            EXAMPLES
              wilson train examples/ising-critical.yaml
              mpirun -np 4 wilson train examples/mnist.yaml --output runs/mnist
              wilson evaluate runs/mnist/model.safetensors --data t10k-images-idx3-ubyte.gz
              wilson ising exact --size 8 --coupling critical

            EXIT CODES
              0 done, 64 command line, 65 a data or model file is bad, 70 a fault of Wilson's own, \
            71 MPI, 73 output cannot be written, 75 stopped with a checkpoint, 76 not finite or \
            ranks disagree, 78 configuration
            """,
        version: versionText,
        subcommands: [
            TrainCommand.self, DefaultsCommand.self, EvaluateCommand.self, TransformCommand.self,
            SampleCommand.self, InspectCommand.self, IsingCommand.self, RGCommand.self,
            BenchCommand.self,
        ])

    static var versionText: String {
        """
        wilson \(wilsonVersion)
        MPI: \(mpiLibraryVersion())
        oneDNN: \(MatrixProducts.libraryVersion), \(MatrixProducts.instructionSet)
        CPU target of the build: \(MatrixProducts.compiledTarget)
        """
    }

    static func main() {
        // Under mpirun all ranks parse the same words; one of them speaks of what is wrong.
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let code as ExitCode {
            exit(withError: code)
        } catch {
            // The others leave in peace: mpirun ends all ranks when one fails, and rank 0 might not
            // have spoken yet.
            exit(withError: Launch.rank == 0 ? error : ExitCode.success)
        }
    }
}

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
    func onAllRanks(_ body: (borrowing Communicator, ThreadLevel) throws -> Int32) throws {
        var outcome: Int32 = 0
        let failure = withMPI(version: wilsonVersion) { world, level in
            MatrixProducts.setThreads(try threads ?? world.defaultThreads())
            outcome = try body(world, level)
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
        try onAllRanks { world, _ in
            let found = try work(world)
            try world.together {
                guard world.rank == 0, let found, json || !isMessage || !quiet else { return }
                try Output.show(found, asJSON: json)
            }
            return 0
        }
    }
}
