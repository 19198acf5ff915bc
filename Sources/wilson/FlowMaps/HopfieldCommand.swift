import ArgumentParser
import Datasets
import FlowMaps
import Instruments
import Ranks
import Reports

struct HopfieldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hopfield",
        abstract: "Stores patterns in an associative memory, and recalls them.",
        subcommands: [Capacity.self, Recall.self])

    struct Capacity: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures how well random patterns are recalled, beside the theory.",
            discussion: """
                Each trial stores patterns of its own, starts at one of them and updates one unit \
                after another until none changes. The overlap is 1 where the pattern is kept. The \
                theory is that of many units; the result is the same on any number of ranks.

                EXAMPLES
                  wilson hopfield capacity --size 1000 --loads 0.05,0.1,0.12,0.16,0.2 --trials 20
                  wilson hopfield capacity --size 500 --loads 0.5 --trials 10 --rule projection
                  wilson hopfield capacity --size 1000 --loads 0.1 --trials 50 --flipped 0.2 --json
                """)

        @Option(help: ArgumentHelp("N, the units of the memory.", valueName: "n"))
        var size: Int

        @Option(
            help: ArgumentHelp("P/N, patterns for each unit.", valueName: "a,b,…"),
            transform: { try numbers($0, named: "loads") })
        var loads: [Double]

        @Option(help: ArgumentHelp("Trials at each load.", valueName: "n"))
        var trials: Int

        @Option(
            help: ArgumentHelp("How patterns become weights.", valueName: "hebb|projection"),
            transform: { try choice($0) })
        var rule = HopfieldMemory.Rule.hebb

        @Option(
            parsing: .unconditional,
            help: "The mean of the patterns' units, between −1 and 1: patterns resemble each other."
        )
        var bias = 0.0

        @Option(help: "The share of a pattern's units that are turned at the start.")
        var flipped = 0.0

        @Option(help: "Names the random numbers.")
        var seed: UInt64 = 1

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            for (name, value, allowed) in [
                ("size", size, 2...100_000), ("trials", trials, 2...1_000_000),
            ] where !allowed.contains(value) {
                throw ValidationError(
                    "--\(name) is \(value); expected \(allowed.lowerBound) to "
                        + "\(allowed.upperBound)")
            }
            for load in loads where !(load > 0 && load <= 100) {
                throw ValidationError("--loads has \(load); expected numbers above 0, at most 100")
            }
            guard bias > -1, bias < 1 else {
                throw ValidationError("--bias is \(bias); expected a number between −1 and 1")
            }
            guard flipped >= 0, flipped <= 0.5 else {
                throw ValidationError("--flipped is \(flipped); expected 0 to 0.5")
            }
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                return try HopfieldCapacityRun(
                    units: size, loads: loads, trials: trials, rule: rule, bias: bias,
                    flipped: flipped, seed: seed
                ).run(world) { waiting.show("trials", $0) }
            }
        }
    }

    struct Recall: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Completes cues to stored patterns, and says which states are spurious.",
            discussion: """
                The cases of one file are stored; each case of the other is a cue from which the \
                memory settles. The table names the pattern that a cue became, or says that the \
                state is spurious: a mixture of three patterns, or glassy. The files are read as \
                training data are; their cases must be bits or spins.

                EXAMPLES
                  wilson hopfield recall --patterns letters.npy --cue noisy.npy
                  wilson hopfield recall --patterns train-images-idx3-ubyte.gz --cue t10k.npy \
                --binarize threshold --rule projection --output recalled.npy
                """)

        @Option(
            help: "The file whose cases are stored.",
            completion: .file(extensions: ["npy", "npz", "csv", "gz"]))
        var patterns: String

        @Option(
            help: "The file whose cases are completed.",
            completion: .file(extensions: ["npy", "npz", "csv", "gz"]))
        var cue: String

        @Option(
            help: ArgumentHelp("How patterns become weights.", valueName: "hebb|projection"),
            transform: { try choice($0) })
        var rule = HopfieldMemory.Rule.hebb

        @Option(help: ArgumentHelp("Write the recalled states.", valueName: "file.npy"))
        var output: String?

        @OptionGroup var reading: ReadingOptions

        @Option(help: "Names the random numbers: the order of updates.")
        var seed: UInt64 = 1

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            if let output { try checkArrayFile(output) }
            if output == patterns || output == cue {
                throw ValidationError("--output is a file that is read, which it would replace")
            }
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                return try HopfieldRecallRun(
                    patterns: reading.file(patterns), cues: reading.file(cue), rule: rule,
                    output: output, seed: seed
                ).run(world) { waiting.show("cues", $0) }
            }
        }
    }
}
