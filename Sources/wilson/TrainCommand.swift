import ArgumentParser
import Configuration
import Ranks
import RBMCore
import Runs

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains a machine, or a stack of them, as a configuration says.",
        discussion: """
            The run's folder receives config.yaml, metrics.jsonl, events for TensorBoard, log.txt, \
            checkpoints and model.safetensors. The same command goes on with a run that was \
            stopped; any number of ranks may. SIGTERM, SIGINT, SIGHUP or SIGUSR1 to any rank, \
            --max-time and the end of a Slurm job stop all ranks after the same step, with a \
            checkpoint and exit code 75.

            EXAMPLES
              wilson train examples/ising-critical.yaml
              mpirun -np 4 wilson train examples/mnist.yaml --set training.epochs=100
              wilson train run.yaml --output runs/a --stop-after-steps 1000
              wilson train run.yaml --max-time 23:50:00
              wilson train run.yaml --check
            """)

    @Argument(
        help: "The configuration, a YAML file (`wilson defaults` prints one).",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String

    @Option(
        help: "The run's folder (default: runs/<name of the configuration file>).",
        completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Go on with the run in the folder (auto), refuse one that is there (never), or go on "
                + "from a checkpoint.", valueName: "auto|never|path"),
        completion: .file(extensions: ["safetensors"]))
    var resume = "auto"

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Override a key of the configuration, such as training.epochs=5.",
            valueName: "key.path=value"))
    var overrides: [String] = []

    @Option(help: "Stop with a checkpoint, and exit code 75, after this many updates.")
    var stopAfterSteps: Int?

    @Option(
        help: ArgumentHelp(
            "Stop with a checkpoint, and exit code 75, before this time is over.",
            valueName: "hh:mm:ss"), transform: duration(named:))
    var maxTime: Duration?

    @Option(
        help: ArgumentHelp(
            "How ranks divide the work, instead of what the configuration says: groups that share "
                + "the cases, and ranks of a group that share the hidden units.",
            valueName: "auto|data x hidden"))
    var grid: String?

    @Flag(
        help: "End the run when a checkpoint cannot be written, instead of going on to the next.")
    var strictCheckpoints = false

    @Flag(help: "Go on with a run although the data are others than those that it was trained on.")
    var acceptData = false

    @Flag(
        help: ArgumentHelp(
            "Let rank 0 read the data and send them to the other hosts, which need not see the files "
                + "and keep copies in TMPDIR. Otherwise every rank reads its cases itself."))
    var sendData = false

    @Flag(
        inversion: .prefixedNo,
        help: "Write curves, pictures and histograms for TensorBoard into the run's folder.")
    var events = true

    @Flag(help: "Check the configuration and the data, and stop.")
    var check = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if output?.isEmpty == true {
            throw ValidationError("--output is empty; expected the name of a folder")
        }
        if let stopAfterSteps, stopAfterSteps < 1 {
            throw ValidationError(
                "--stop-after-steps is \(stopAfterSteps); expected a whole number of at least 1")
        }
        if let grid, grid != "auto", GridShape(grid) == nil {
            throw ValidationError(
                "--grid is `\(grid)`; expected auto or \(GridShape.expected)")
        }
    }

    func run() throws {
        FaultSignals.outliveReaders()
        let overrides = overrides + (grid.map { ["grid=\($0)"] } ?? [])
        try common.onAllRanks { world, level, watchdog in
            var request = TrainingRequest(
                configurationFile: config, threads: MatrixProducts.threads,
                command: commandLineWords().joined(separator: " "))
            request.overrides = overrides
            request.output = output
            request.resume = ResumeMode(resume)
            request.stopAfterSteps = stopAfterSteps
            request.maxTime = maxTime
            request.checkOnly = check
            request.strictCheckpoints = strictCheckpoints
            request.acceptsData = acceptData
            request.sendsData = sendData
            request.writesEvents = events
            request.quiet = common.quiet
            return try TrainingRun(request, level: level, watchdog: watchdog).run(world)
        }
    }
}
