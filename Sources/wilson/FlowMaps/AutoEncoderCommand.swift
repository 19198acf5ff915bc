import ArgumentParser
import Configuration
import Datasets
import FlowMaps
import Instruments
import RBMCore
import Ranks
import Reports

struct AutoEncoderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "autoencoder",
        abstract: "Trains auto-encoders, and follows them and machines as maps v → h → v.",
        subcommands: [Train.self, Flow.self, Energy.self, Tangents.self, Classify.self])

    struct Train: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trains a stack of auto-encoders with tied weights.",
            discussion: """
                The encoder is h = σ(c + Wᵀx) and the decoder r = g(b + Wh). --contraction adds \
                λ‖∂h/∂x‖² to the error; --corruption hides values from the encoder. The cases of a \
                batch are shared over ranks; the result has the same bits on any number of them. The \
                file is written after each epoch, and --resume goes on from it; --run keeps a run as \
                `train` does, for `report` and TensorBoard. SIGTERM, SIGINT, SIGHUP or SIGUSR1 to any \
                rank, --max-time and the end of a Slurm job stop all ranks after the same step, with the \
                state written and exit code 75. `transform` writes h, `inspect` shows W; `sample` and \
                `evaluate` take the file as the machine of which r is the mean-field map.

                EXAMPLES
                  wilson autoencoder train --data train-images-idx3-ubyte.gz --hidden 500 \
                --contraction 0.1 --output cae.safetensors
                  mpirun -np 4 wilson autoencoder train --data train-images-idx3-ubyte.gz \
                --hidden 500,500 --corruption 0.25 --run runs/deep
                  wilson autoencoder train --data train-images-idx3-ubyte.gz --hidden 500 \
                --held-out 0.1 --schedule "{exponential: 0.9}" --warm-up "1 epoch" --run runs/cae
                """)

        @Option(
            help: "The file of the cases.",
            completion: .file(extensions: ["npy", "npz", "csv", "gz"]))
        var data: String

        @Option(
            help: ArgumentHelp(
                "Hidden units of each layer, lowest first, with commas between.", valueName: "n,…"),
            transform: { try numbers($0, named: "hidden").map { Int($0) } })
        var hidden: [Int]

        @Option(
            help: "The model file to write, after each epoch.",
            completion: .file(extensions: ["safetensors"]))
        var output: String?

        @Option(
            name: .customLong("run"),
            help: ArgumentHelp(
                "In place of --output: the folder of a run, with config.yaml, metrics.jsonl, events, "
                    + "log.txt, checkpoints and model.safetensors. The same command goes on with it.",
                valueName: "folder"), completion: .directory)
        var runFolder: String?

        @Option(
            help: ArgumentHelp(
                "Stop, with exit code 75, after this many epochs of all layers.", valueName: "n"))
        var stopAfterEpochs: Int?

        @Option(
            help: ArgumentHelp(
                "Stop, with exit code 75, after this many steps of all layers.", valueName: "n"))
        var stopAfterSteps: Int?

        @Option(
            help: ArgumentHelp(
                "Stop, with exit code 75, before this time is over.", valueName: "hh:mm:ss"),
            transform: duration(named:))
        var maxTime: Duration?

        @Option(
            help: ArgumentHelp(
                "The output of the lowest layer.", valueName: "sigmoid|linear"),
            transform: { try choice($0) })
        var outputUnits = AutoEncoder.Output.sigmoid

        @Option(
            help: ArgumentHelp(
                "What the error is (default: cross-entropy for sigmoid outputs, squared for linear "
                    + "ones).", valueName: "squared|cross-entropy"),
            transform: { try choice($0) })
        var loss: AutoEncoderLoss.Error?

        @Option(help: "λ of the penalty λ‖∂h/∂x‖².")
        var contraction = 0.0

        @Option(help: "The probability that the encoder sees 0 in place of a value.")
        var corruption = 0.0

        @OptionGroup var steps: StepOptions

        @Option(
            help: ArgumentHelp(
                "Cases that are measured after each epoch and not learned: a fraction of them, or a "
                    + "file (default: none).", valueName: "fraction|file"),
            transform: { text in try configured(text, HeldOut.init(text:)) })
        var heldOut = HeldOut.fraction(0)

        @Option(help: "The largest learning rate.")
        var learningRate = 0.05

        @Option(
            help: "The learning rate of the last step, to which it falls along a line (default: 0)."
        )
        var finalLearningRate: Double?

        @Option(
            help: ArgumentHelp(
                "In place of that line, as training.schedule of a configuration: linear, constant, "
                    + "{exponential: factor} or {inverse-time: epochs}.",
                valueName: "schedule"),
            transform: { text in try configured(text, Schedule.init(text:)) })
        var schedule: Schedule?

        @Option(
            help: ArgumentHelp(
                "How long the learning rate rises from 0, such as 1 epoch.",
                valueName: "n steps|n epochs"),
            transform: { text in try configured(text, Interval.init(warmUp:)) })
        var warmUp = Interval.steps(0)

        @Option(
            help: ArgumentHelp(
                "The momentum, or a ramp such as {from: 0.5, to: 0.9, over: 5 epochs} (default: 0.9).",
                valueName: "momentum"),
            transform: { text in try configured(text, Momentum.init(text:)) })
        var momentum = Momentum.constant(0.9)

        @Flag(help: "Go on from the file of the output, where it exists.")
        var resume = false

        @OptionGroup var reading: ReadingOptions

        @Option(help: "Names the random numbers.")
        var seed: UInt64 = 1

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard !hidden.isEmpty, hidden.count <= 100,
                hidden.allSatisfy({ (1...65_536).contains($0) })
            else {
                throw ValidationError("--hidden is \(hidden); expected numbers from 1 to 65536")
            }
            guard (output == nil) != (runFolder == nil), output != "", runFolder != "" else {
                throw ValidationError("expected either --output FILE or --run FOLDER")
            }
            try checkRanges([
                ("stop-after-epochs", stopAfterEpochs ?? 1, 1...1_000_000_000),
                ("stop-after-steps", stopAfterSteps ?? 1, 1...1_000_000_000_000),
            ])
            guard contraction >= 0, contraction.isFinite else {
                throw ValidationError("--contraction is \(contraction); expected 0 or more")
            }
            guard corruption >= 0, corruption < 1 else {
                throw ValidationError("--corruption is \(corruption); expected 0, or more below 1")
            }
            guard schedule == nil || finalLearningRate == nil else {
                throw ValidationError(
                    "expected either --schedule or --final-learning-rate, which says where a line ends"
                )
            }
            guard learningRate > 0, learningRate.isFinite, (finalLearningRate ?? 0) >= 0,
                (finalLearningRate ?? 0) <= learningRate
            else {
                throw ValidationError(
                    "--learning-rate \(learningRate) and --final-learning-rate "
                        + "\(finalLearningRate ?? 0); expected a number above 0, and one from 0 up "
                        + "to it")
            }
            if case .epochs(let epochs) = warmUp, epochs > Double(steps.epochs) {
                throw ValidationError(
                    "--warm-up is \(warmUp.text), longer than the training of \(steps.epochs) epochs"
                )
            }
            if outputUnits == .linear, loss == .crossEntropy {
                throw ValidationError("--loss cross-entropy needs --output-units sigmoid")
            }
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world, watchdog in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                let error = loss ?? (outputUnits == .linear ? .squared : .crossEntropy)
                var run = AutoEncoderTrainingRun(
                    data: reading.file(data), hidden: hidden, output: outputUnits,
                    loss: AutoEncoderLoss(error, contraction: contraction),
                    batchSize: steps.batchSize, epochs: steps.epochs,
                    pace: ScheduledPace(
                        rate: learningRate, schedule: schedule, finalRate: finalLearningRate ?? 0,
                        warmUp: warmUp, momentum: momentum),
                    corruption: corruption, seed: seed,
                    place: output.map { .file($0) } ?? .folder(runFolder ?? ""))
                run.cases = steps.cases
                run.heldOut = heldOut
                run.resumes = resume
                run.stopAfterEpochs = stopAfterEpochs
                run.stopAfterSteps = stopAfterSteps
                run.maxTime = maxTime
                return try run.run(world, watchdog: watchdog) { waiting.show($0, $1) }
            }
        }
    }

    /// What a training goes through, and how.
    struct StepOptions: ParsableArguments {
        @Option(help: ArgumentHelp("Learn from the first cases only.", valueName: "n"))
        var cases: Int?

        @Option(
            help: ArgumentHelp(
                "Epochs, of each layer where layers learn one after another.", valueName: "n"))
        var epochs = 20

        @Option(help: ArgumentHelp("Cases of a batch.", valueName: "n"))
        var batchSize = 100

        func validate() throws {
            try checkRanges([
                ("epochs", epochs, 1...1_000_000), ("batch-size", batchSize, 1...1_000_000),
                ("cases", cases ?? 1, 1...1_000_000_000),
            ])
        }
    }

    /// A model and the data that it is shown.
    struct ModelAndData: ParsableArguments {
        @Argument(
            help: "The model, or a checkpoint.", completion: .file(extensions: ["safetensors"]))
        var model: String

        @Option(
            help: "The file of the cases.",
            completion: .file(extensions: ["npy", "npz", "csv", "gz"]))
        var data: String

        @OptionGroup var reading: ReadingOptions

        @Option(help: "Names the random numbers.")
        var seed: UInt64 = 1
    }

    struct Flow: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Applies v → h → v again and again, and finds where it ends.",
            discussion: """
                Of auto-encoders and of machines alike, by means: nothing is drawn. Starts are cases, \
                noise, and cases of which the later half is the mean of all. Every fixed point comes \
                with its residual, the spectral radius of the map's Jacobian there, and its basin.

                EXAMPLES
                  wilson autoencoder flow cae.safetensors --data t10k-images-idx3-ubyte.gz \
                --trajectories course.png --points points.png
                  wilson autoencoder flow runs/mnist/model.safetensors --data t10k-images-idx3-ubyte.gz
                """)

        @OptionGroup var input: ModelAndData

        @Option(help: ArgumentHelp("Starts of each kind.", valueName: "n"))
        var starts = 10

        @Option(help: ArgumentHelp("The layer whose map is followed, from 0.", valueName: "n"))
        var layer = 0

        @Option(
            help: ArgumentHelp("Write a picture of each start's course.", valueName: "file.png"))
        var trajectories: String?

        @Option(help: ArgumentHelp("Write a picture of the fixed points.", valueName: "file.png"))
        var points: String?

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard (1...10_000).contains(starts) else {
                throw ValidationError("--starts is \(starts); expected 1 to 10000")
            }
            try checkLayer(layer)
            try checkPicture(trajectories, option: "trajectories")
            try checkPicture(points, option: "points")
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                var run = MapFlowRun(
                    model: input.model, data: input.reading.file(input.data), starts: starts,
                    seed: input.seed)
                run.layer = layer
                run.trajectories = trajectories
                run.points = points
                return try run.run(world) { waiting.show("starts", $0) }
            }
        }
    }

    struct Energy: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures the potential energy of an auto-encoder as a score of cases.",
            discussion: """
                With a linear output ∇U = r(x) − x; with a sigmoid one ∇U = ln r/(1 − r). U is minus the \
                free energy of the machine with the same parameters, and both are checked.

                EXAMPLES
                  wilson autoencoder energy cae.safetensors --data t10k-images-idx3-ubyte.gz
                  wilson autoencoder energy cae.safetensors --data faces.npy --output scores.npy --json
                """)

        @OptionGroup var input: ModelAndData

        @Option(help: ArgumentHelp("Take the first cases only.", valueName: "n"))
        var cases: Int?

        @Option(help: ArgumentHelp("Write the potential of each case.", valueName: "file.npy"))
        var output: String?

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            if let cases, cases < 2 {
                throw ValidationError("--cases is \(cases); expected 2 or more")
            }
            if let output { try checkArrayFile(output) }
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                var run = AutoEncoderEnergyRun(
                    model: input.model, data: input.reading.file(input.data), output: output,
                    seed: input.seed)
                run.cases = cases
                return try run.run(world) { waiting.show("cases", $0) }
            }
        }
    }

    struct Tangents: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Finds the directions along which hidden units change most.",
            discussion: """
                The singular values of the Jacobian ∂h/∂x, layer by layer, of several models side by \
                side; auto-encoders and machines alike. The picture shows cases with the leading \
                directions of the first model beside them.

                EXAMPLES
                  wilson autoencoder tangents cae.safetensors --data t10k-images-idx3-ubyte.gz \
                --picture tangents.png
                  wilson autoencoder tangents cae.safetensors ae.safetensors rbm.safetensors \
                --data t10k-images-idx3-ubyte.gz --json
                """)

        @Argument(help: "The models.", completion: .file(extensions: ["safetensors"]))
        var models: [String]

        @Option(
            help: "The file of the cases.",
            completion: .file(extensions: ["npy", "npz", "csv", "gz"]))
        var data: String

        @Option(help: ArgumentHelp("The first cases at which they are found.", valueName: "n"))
        var cases = 20

        @Option(help: ArgumentHelp("The directions of a case in the picture.", valueName: "n"))
        var directions = 8

        @Option(
            help: ArgumentHelp(
                "The layer of the picture, from 0 (default: the topmost).", valueName: "n"))
        var layer: Int?

        @Option(help: ArgumentHelp("Write a picture of the directions.", valueName: "file.png"))
        var picture: String?

        @Option(help: ArgumentHelp("Write the mean spectra.", valueName: "file.npy"))
        var output: String?

        @OptionGroup var reading: ReadingOptions

        @Option(help: "Names the random bits of grey data.")
        var seed: UInt64 = 1

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            try checkRanges([
                ("cases", cases, 1...1_000_000), ("directions", directions, 1...100),
            ])
            try checkLayer(layer)
            try checkPicture(picture, option: "picture")
            if let output { try checkArrayFile(output) }
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                var run = TangentRun(
                    models: models, data: reading.file(data), cases: cases, seed: seed)
                run.picture = picture
                run.output = output
                run.directions = directions
                run.layer = layer
                return try run.run(world) { waiting.show("cases", $0) }
            }
        }
    }

    struct Classify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trains a classifier that does not change along a model's tangents.",
            discussion: """
                It starts from the layers of the model. --penalty is β of β Σ ‖∂z/∂x · u‖² over the \
                tangents u of each case; 0 leaves the tangents out.

                EXAMPLES
                  wilson autoencoder classify cae.safetensors --data train-images-idx3-ubyte.gz \
                --labels train-labels-idx1-ubyte.gz --test t10k-images-idx3-ubyte.gz \
                --test-labels t10k-labels-idx1-ubyte.gz --penalty 0.01
                """)

        @OptionGroup var input: ModelAndData

        @Option(help: "The class of each case.")
        var labels: String

        @Option(help: "The cases by which it is judged.")
        var test: String

        @Option(help: "Their classes.")
        var testLabels: String

        @Option(help: "β, the price of changes along tangents.")
        var penalty = 0.0

        @Option(help: ArgumentHelp("Tangents of a case.", valueName: "n"))
        var tangents = 8

        @OptionGroup var steps: StepOptions

        @Option(help: "The learning rate of the first step; it falls to 0 along a line.")
        var learningRate = 0.1

        @Option(help: "The momentum.")
        var momentum = 0.9

        @OptionGroup var form: OutputForm

        @OptionGroup var common: CommonOptions

        func validate() throws {
            try checkRanges([("tangents", tangents, 1...1000)])
            guard penalty >= 0, penalty.isFinite else {
                throw ValidationError("--penalty is \(penalty); expected 0 or more")
            }
            guard learningRate > 0, learningRate.isFinite else {
                throw ValidationError(
                    "--learning-rate is \(learningRate); expected a number above 0")
            }
            guard momentum >= 0, momentum < 1 else {
                throw ValidationError("--momentum is \(momentum); expected 0, or more below 1")
            }
        }

        func run() throws {
            try common.onAllRanks(json: form.json) { world in
                let waiting = ProgressLine(silent: common.quiet || world.rank != 0)
                defer { waiting.clear() }
                var run = TangentClassifierRun(
                    model: input.model, train: (input.reading.file(input.data), labels),
                    test: (input.reading.file(test), testLabels),
                    plan: TangentClassifier.Plan(
                        batchSize: steps.batchSize, epochs: steps.epochs, rate: learningRate,
                        momentum: momentum, penalty: penalty, tangents: tangents,
                        seed: input.seed))
                run.cases = steps.cases
                return try run.run(world) { waiting.show("epochs", $0) }
            }
        }
    }
}
