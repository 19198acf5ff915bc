import ArgumentParser
import Configuration
import RBMCore
import Ranks
import Reports
import Scaling
import StepBenchmark

/// Benchmarks of parts of Wilson.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Times Wilson against the limits of the machine.",
        subcommands: [BenchStepCommand.self, BenchScalingCommand.self],
        defaultSubcommand: BenchStepCommand.self)
}

/// Times training steps.
struct BenchStepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step",
        abstract: "Times training steps of one layer on random bits.",
        discussion: """
            The steps are the trainer's own. The roofline is measured in the same run: the same \
            matrix products by bare float32 sgemm, of oneDNN or OpenBLAS, whichever is faster here. \
            Each phase is shown beside the least time it could take.

            EXAMPLES
              wilson bench step --visible 784 --hidden 512 --batch 100 --arithmetic float32
              wilson bench step --visible 4096 --hidden 4096 --batch 512 --steps 10 --json
              wilson bench step --kernel all
              mpirun -np 2 --bind-to core wilson bench step --batch 200 --algorithm pcd
            """)

    @Option(help: ArgumentHelp("Visible units.", valueName: "n"))
    var visible = 784

    @Option(help: ArgumentHelp("Hidden units.", valueName: "n"))
    var hidden = 512

    @Option(help: ArgumentHelp("Cases of a step, over all ranks.", valueName: "n"))
    var batch = 100

    @Option(
        help: ArgumentHelp(
            "Where chains start: cd, from the batch (the default), or pcd, where they were.",
            valueName: "cd|pcd"),
        transform: { try choice($0, among: NegativePhaseKind.all, name: \.name) })
    var algorithm = NegativePhaseKind.contrastiveDivergence

    @Option(help: ArgumentHelp("Gibbs sweeps of a step.", valueName: "k"))
    var sweeps = 1

    @Option(
        help: ArgumentHelp(
            "Steps that count (default: 10 to 100, by their size).", valueName: "n"))
    var steps: Int?

    @Option(
        help: ArgumentHelp(
            "integer (the default), integer-one-byte or float32.", valueName: "arithmetic"),
        transform: { try choice($0) })
    var arithmetic = ArithmeticKind.integer

    @Option(
        help: ArgumentHelp(
            "The kind of all units (default: bernoulli).", valueName: "bernoulli|spin"),
        transform: { try choice($0, among: UnitKinds.binary, name: \.name) })
    var units: any UnitKind = .bernoulli

    @Option(
        help: ArgumentHelp(
            "How ranks divide the work: groups that share the cases, and ranks of a group that share "
                + "the hidden units (default: all share the cases).", valueName: "data x hidden"),
        transform: { text in
            guard let grid = GridShape(text) else {
                throw ValidationError("--grid is `\(text)`; expected \(GridShape.expected)")
            }
            return grid
        })
    var grid: GridShape?

    @Option(
        help: ArgumentHelp(
            "The kernel of the products of bits: onednn, avx2, avx512, wide or wide-vnni; or all, to "
                + "compare those that this machine can run (default: what the process chose).",
            valueName: "name|all"),
        transform: { try Kernels(argument: $0) })
    var kernel = Kernels.chosen

    /// Which kernels are timed.
    enum Kernels {
        case chosen
        case one(IntegerKernel)
        case all

        init(argument: String) throws {
            self = argument == "all" ? .all : .one(try choice(argument))
        }
    }

    @OptionGroup var form: OutputForm

    @OptionGroup var common: CommonOptions

    private func benchmark(_ kernel: IntegerKernel?) throws -> StepBenchmark {
        do {
            return try StepBenchmark(
                visible: visible, hidden: hidden, batch: batch, units: units,
                algorithm: algorithm, sweeps: sweeps, arithmetic: arithmetic, steps: steps,
                grid: grid.map { ($0.data, $0.hidden) }, kernel: kernel)
        } catch {
            throw ValidationError(error.description)
        }
    }

    private var forcedKernel: IntegerKernel? {
        if case .one(let kernel) = kernel { kernel } else { nil }
    }

    func validate() throws {
        _ = try benchmark(forcedKernel)
        if case .all = kernel, arithmetic == .float32 {
            throw ValidationError(
                "--kernel all compares products of integers; use --arithmetic integer")
        }
    }

    func run() throws {
        OpenBLASKernel.restartProgramForBest()
        if case .all = kernel {
            try common.onAllRanks(json: form.json) { world in
                try KernelComparison(world) { try benchmark($0) }
            }
        } else {
            let benchmark = try benchmark(forcedKernel)
            try common.onAllRanks(json: form.json) { try benchmark.run($0) }
        }
    }
}

/// Judges timed steps of several numbers of ranks.
struct BenchScalingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scaling",
        abstract: "Tells how speed grows with ranks, from steps that launch/scaling has timed.",
        discussion: """
            The folder holds steps.jsonl, a line of `wilson bench step --json` for each run. Each \
            layout of ranks is shown with its medians beside the best single process, and \
            scaling.jsonl and scaling.svg are written there. --predict fits a cost model to the \
            points of one host, and predicts the best grid of many nodes with a link of a named \
            bandwidth and latency between them. The exit code is 76 where two layouts trained \
            different models.

            EXAMPLES
              wilson bench scaling runs/scaling
              wilson bench scaling runs/scaling --predict nodes=64,1024 link=100Gbit,1.5us
            """)

    @Argument(help: "The folder that launch/scaling wrote.", completion: .directory)
    var folder: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Predict: nodes=N,… and link=BANDWIDTH,LATENCY, such as nodes=64,1024 "
                + "link=100Gbit,1.5us.", valueName: "words"))
    var predict: [String] = []

    @OptionGroup var form: OutputForm

    private func wish() throws -> PredictionWish? {
        guard !predict.isEmpty else { return nil }
        do {
            return try PredictionWish(predict)
        } catch {
            throw ValidationError("--predict: \(error.description)")
        }
    }

    func validate() throws { _ = try wish() }

    func run() throws {
        try withoutMPI {
            let report = try ScalingReport(folder: folder, predicting: try wish())
            try report.write(to: folder)
            try Output.show(report, asJSON: form.json)
            if report.verdict == .fail { throw ExitCode(ExitStatus.notFinite) }
        }
    }
}
