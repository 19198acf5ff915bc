import ArgumentParser
import Configuration
import Ranks
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
              0 done, 64 command line, 65 a data or model file is bad, 66 all checkpoints are damaged, \
            70 a fault of Wilson's own, 71 MPI or no memory, 73 output cannot be written, \
            74 no progress, 75 stopped with a checkpoint, 76 not finite or ranks disagree, \
            78 configuration
            """,
        version: versionText,
        groupedSubcommands: [
            CommandGroup(
                name: "Machines",
                subcommands: [
                    TrainCommand.self, DefaultsCommand.self, InspectCommand.self,
                    EvaluateCommand.self, TransformCommand.self, SampleCommand.self,
                    CompareCommand.self, ReportCommand.self,
                ]),
            CommandGroup(
                name: "Physics",
                subcommands: [
                    IsingCommand.self, RGCommand.self, HopfieldCommand.self, SandpileCommand.self,
                ]),
            CommandGroup(
                name: "Data",
                subcommands: [NMFCommand.self, ManifoldCommand.self, AutoEncoderCommand.self]),
            CommandGroup(name: "Speed", subcommands: [BenchCommand.self]),
        ])

    static var versionText: String {
        """
        wilson \(wilsonVersion)
        MPI: \(mpiLibraryVersion())
        oneDNN: \(MatrixProducts.libraryVersion), \(MatrixProducts.instructionSet)
        Kernel of bits: \(KernelChoice.environmentFault ?? KernelChoice.current.description)
        CPU target of the build: \(MatrixProducts.compiledTarget)
        """
    }

    static func main() {
        FaultSignals.listen()
        // Under mpirun all ranks parse the same words; one of them speaks of what is wrong.
        let words = commandLineWords().dropFirst()
        do {
            // Before anything multiplies.
            if let fault = KernelChoice.environmentFault {
                if Launch.rank == 0 { report(fault) }
                throw ExitCode.validationFailure
            }
            if let typo = mistypedSubcommand(words) {
                throw ValidationError(typo)
            }
            var command = try parseAsRoot(Array(words))
            // Before MPI, which the program could not start twice.
            ThreadWaiting.restartProgramForShortLook()
            try command.run()
        } catch let code as ExitCode {
            exit(withError: code)
        } catch {
            // The others leave in peace: mpirun ends all ranks when one fails, and rank 0 might not
            // have spoken yet.
            guard Launch.rank == 0 else { exit(withError: ExitCode.success) }
            let isScript = words.contains { $0.hasPrefix("--generate-completion-script") }
            if exitCode(for: error) == .success, !isScript { showHelp(fullMessage(for: error)) }
            exit(withError: error)
        }
    }

    /// Shows what was asked for by `--help` or `--version`, and ends; the parser itself would not tell
    /// that nothing could be written.
    private static func showHelp(_ text: String) -> Never {
        do {
            try Output.show(text)
            exit(withError: ExitCode.success)
        } catch {
            report("\(error)")
            exit(withError: ExitCode(ExitStatus.of(error)))
        }
    }

    /// Says which subcommand a word may mean that is none, and nearly one; nil for all other words.
    ///
    /// The parser itself names the nearest option, and of a wrong subcommand says only that it did not
    /// expect the word.
    static func mistypedSubcommand(_ words: some Sequence<String>) -> String? {
        var command: any ParsableCommand.Type = Wilson.self
        for word in words {
            let known = command.configuration.subcommands
            guard !known.isEmpty, !word.hasPrefix("-") else { return nil }
            let names = known.map { $0._commandName } + ["help"]
            if word == "help" { return nil }
            guard let next = known.first(where: { $0._commandName == word }) else {
                return nearestKey(to: word, among: names).map {
                    "Unexpected argument '\(word)'. Did you mean '\($0)'?"
                }
            }
            command = next
        }
        return nil
    }
}
