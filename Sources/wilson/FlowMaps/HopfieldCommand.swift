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
        subcommands: [Capacity.self, Recall.self, Model.self])

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

        @OptionGroup var weights: RuleOption

        @Option(
            parsing: .unconditional,
            help: "The mean of the patterns' units, between −1 and 1: patterns resemble each other."
        )
        var bias = 0.0

        @Option(help: "The share of a pattern's units that are turned at the start.")
        var flipped = 0.0

        @Option(
            help: ArgumentHelp(
                "Write the overlaps beside the theory as a picture.", valueName: "file.svg"))
        var picture: String?

        @Option(help: "Names the random numbers.")
        var seed: UInt64 = 1

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            try checkRanges([
                ("size", size, 2...100_000), ("trials", trials, 2...1_000_000),
            ])
            for load in loads where !(load > 0 && load <= 100) {
                throw ValidationError("--loads has \(load); expected numbers above 0, at most 100")
            }
            guard bias > -1, bias < 1 else {
                throw ValidationError("--bias is \(bias); expected a number between −1 and 1")
            }
            guard flipped >= 0, flipped <= 0.5 else {
                throw ValidationError("--flipped is \(flipped); expected 0 to 0.5")
            }
            try checkDrawing(picture)
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                return try HopfieldCapacityRun(
                    units: size, loads: loads, trials: trials, rule: weights.rule, bias: bias,
                    flipped: flipped, seed: seed, picture: picture
                ).run(world) { waiting.show("trials", $0) }
            }
        }
    }

    /// How patterns become weights.
    struct RuleOption: ParsableArguments {
        @Option(
            help: ArgumentHelp("How patterns become weights.", valueName: "hebb|projection"),
            transform: { try choice($0) })
        var rule = HopfieldMemory.Rule.hebb
    }

    /// The patterns of a memory, and how they become its weights.
    struct StoredPatterns: ParsableArguments {
        @Option(
            help: "The file whose cases are stored.",
            completion: .file(extensions: ["npy", "npz", "csv", "gz"]))
        var patterns: String

        @OptionGroup var weights: RuleOption

        @OptionGroup var reading: ReadingOptions

        var rule: HopfieldMemory.Rule { weights.rule }
        var file: DataFile { reading.file(patterns) }
    }

    struct Recall: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Completes cues to stored patterns, and says which states are spurious.",
            discussion: """
                The cases of one file are stored; each case of the other is a cue from which the \
                memory settles. The table names the pattern that a cue became, or says that the \
                state is spurious: a mixture of three patterns, or glassy. The files are read as \
                training data are; their cases must be bits or spins. With --model a trained machine \
                completes the cues: the mean of one side given the other's, in turn, until no unit \
                changes.

                EXAMPLES
                  wilson hopfield recall --patterns letters.npy --cue noisy.npy
                  wilson hopfield recall --patterns train-images-idx3-ubyte.gz --cue t10k.npy \
                --binarize threshold --rule projection --output recalled.npy
                """)

        @OptionGroup var stored: StoredPatterns

        @Option(
            help: "The file whose cases are completed.",
            completion: .file(extensions: ["npy", "npz", "csv", "gz"]))
        var cue: String

        @Option(
            help: ArgumentHelp(
                "The machine that completes the cues, instead of a memory.",
                valueName: "file.safetensors"),
            completion: .file(extensions: ["safetensors"]))
        var model: String?

        @Option(help: ArgumentHelp("Write the recalled states.", valueName: "file.npy"))
        var output: String?

        @Option(help: "Names the random numbers: the order of updates.")
        var seed: UInt64 = 1

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            if let output { try checkArrayFile(output) }
            if model != nil, stored.rule != .hebb {
                throw ValidationError("--model and --rule both say what completes the cues")
            }
            if let output, [stored.patterns, cue, model].contains(output) {
                throw ValidationError("--output is a file that is read, which it would replace")
            }
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                var recall = HopfieldRecallRun(
                    patterns: stored.file, cues: stored.reading.file(cue), rule: stored.rule,
                    output: output, seed: seed)
                recall.model = model
                return try recall.run(world) { waiting.show("cues", $0) }
            }
        }
    }

    struct Model: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a memory as a machine with a Gaussian hidden unit for each pattern.",
            discussion: """
                The free energy of the machine is β times the energy of the memory and a constant, \
                exactly: Hubbard and Stratonovich's identity. `sample` and `evaluate` read the file. \
                At the inverse temperature β a pattern is kept above 1 for few patterns.

                EXAMPLES
                  wilson hopfield model --patterns letters.npy --output memory.safetensors
                  wilson sample memory.safetensors --start data --data noisy.npy --sweeps 20 \
                --count 16 --output settled.png
                """)

        @OptionGroup var stored: StoredPatterns

        @Option(
            help: ArgumentHelp("β, the inverse temperature.", valueName: "b"))
        var inverseTemperature = 4.0

        @Option(help: ArgumentHelp("The model file to write.", valueName: "file.safetensors"))
        var output: String

        @Option(help: "Names the random numbers by which grey data become bits.")
        var seed: UInt64 = 1

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard inverseTemperature > 0, inverseTemperature <= 1e6 else {
                throw ValidationError(
                    "--inverse-temperature is \(inverseTemperature); expected a number above 0, "
                        + "at most 10⁶")
            }
            guard output.hasSuffix(".safetensors") else {
                throw ValidationError(
                    "--output is \(output); expected a name that ends with .safetensors")
            }
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                try HopfieldModelRun(
                    patterns: stored.file, rule: stored.rule,
                    inverseTemperature: inverseTemperature, output: output, seed: seed
                ).run(world)
            }
        }
    }
}
