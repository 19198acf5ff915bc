import Configuration
import Datasets
import DistributedTraining
import Foundation
import ModelFiles
public import Ranks
import RBMCore
import Reports
import Storage

/// What the command line asks of a training run.
public struct TrainingRequest: Sendable {
    public var configurationFile: String
    public var overrides: [String] = []
    /// The run's folder; nil for runs/<name of the configuration file>.
    public var output: String?
    public var resume = ResumeMode.auto
    /// Updates after which the run stops with a checkpoint.
    public var stopAfterSteps: Int?
    /// Whether to check the configuration and the data, and nothing more.
    public var checkOnly = false
    public var quiet = false
    public var threads: Int
    /// The whole command, for the banner.
    public var command: String

    public init(configurationFile: String, threads: Int, command: String) {
        self.configurationFile = configurationFile
        self.threads = threads
        self.command = command
    }

    /// Where the run is kept.
    var folder: String {
        if let output {
            return output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output
        }
        let name = URL(filePath: configurationFile).deletingPathExtension().lastPathComponent
        return "runs/\(name)"
    }
}

/// A run of `wilson train` on all ranks: from a configuration to a model.
public struct TrainingRun {
    private let request: TrainingRequest
    private let level: ThreadLevel

    public init(_ request: TrainingRequest, level: ThreadLevel) {
        self.request = request
        self.level = level
    }

    /// Collective.
    ///
    /// Trains, and returns the exit code: 0, or 75 after a stop with a checkpoint.
    public func run(_ world: borrowing Communicator) throws -> Int32 {
        var configuration = try loadConfiguration(world)
        let folder = RunFolder(path: request.folder)
        let log = world.rank == 0 ? RunLog(quiet: request.quiet) : nil
        // Faults of the folder come before the work on the data, and nothing is written before the
        // data are known to be good.
        let start =
            request.checkOnly ? nil : try startingPoint(configuration, folder, log, world)
        let initial = try InitialModel.load(configuration, world)
        let data = try TrainingData(
            configuration,
            standardization: start?.checkpoint.model.standardization
                ?? initial?.standardization, world)
        configuration = configuration.withStates(ofData: data.categories)
        if let initial {
            try InitialModel.check(
                initial, fits: configuration, visible: data.layer.training.visible)
        }
        let plans = configuration.plans(
            cases: data.layer.training.count, initial: initial?.layers ?? [])
        try checkFit(plans, data, configuration)
        if let start { try checkFit(start, plans, data) }

        let banner = Banner(
            command: request.command, threads: request.threads, level: level,
            seed: configuration.training.seed, data: data.summary)
        if let report = try RankReport(world), let log {
            for line in banner.lines(report) { log.say(line) }
        }
        if request.checkOnly {
            log?.say("the configuration and the data are good")
            return 0
        }
        let code = try train(configuration, plans, data, folder, start, log, world)
        // The model is written: now is the time to say that the words were lost.
        try world.together { if code == 0, let failure = log?.failure { throw failure } }
        return code
    }

    /// Collective.
    ///
    /// Reads the configuration on rank 0, for all.
    private func loadConfiguration(_ world: borrowing Communicator) throws -> RunConfiguration {
        let file = request.configurationFile
        let text = try world.together { () throws -> String in
            guard world.rank == 0 else { return "" }
            do {
                return String(decoding: try readBytes(of: file), as: UTF8.self)
            } catch {
                throw SharedFailure(
                    exitCode: ExitStatus.configuration,
                    "\(error) A configuration is a YAML file, such as `wilson defaults` prints.")
            }
        }
        let shared = try world.broadcast(text)
        return try world.together {
            try RunConfiguration.load(text: shared, file: file, overrides: request.overrides)
        }
    }

    /// The checkpoint that a run goes on from.
    private struct StartingPoint {
        let checkpoint: Checkpoint
        let path: String
    }

    /// Collective.
    ///
    /// Checks the folder and reads the checkpoint to go on from, on rank 0 for all; nil to begin.
    private func startingPoint(
        _ configuration: RunConfiguration, _ folder: RunFolder, _ log: RunLog?,
        _ world: borrowing Communicator
    ) throws -> StartingPoint? {
        let found = try world.together { () throws -> StartingPoint? in
            guard world.rank == 0 else { return nil }
            try folder.check(for: configuration, resume: request.resume)
            guard
                let (checkpoint, path) = try folder.checkpoint(
                    request.resume, keep: configuration.checkpoint.keep, warn: { log?.warn($0) })
            else { return nil }
            try check(checkpoint, against: configuration, path)
            return StartingPoint(checkpoint: checkpoint, path: path)
        }
        let path = try world.broadcast(found?.path ?? "")
        let bytes = try world.broadcast(found?.checkpoint.file().encoded() ?? [])
        guard !bytes.isEmpty else { return nil }
        return try world.together {
            StartingPoint(
                checkpoint: try Checkpoint(SafetensorsFile(bytes: bytes, name: path), path),
                path: path)
        }
    }

    /// Checks that a checkpoint belongs to the data; it may agree with the configuration, and yet be of
    /// other data.
    private func checkFit(
        _ start: StartingPoint, _ plans: [LayerPlan], _ data: TrainingData
    ) throws {
        guard
            let misfit = start.checkpoint.misfit(
                to: plans, visible: data.layer.training.visible, cases: data.layer.training.count)
        else { return }
        throw SharedFailure(
            exitCode: ExitStatus.badFile,
            "\(start.path) does not fit the data: \(misfit). Restore the data of the run, or begin "
                + "anew in another folder with --output")
    }

    /// Checks what only the data tell: whether sums could overflow, or sizes are beyond MPI's.
    private func checkFit(
        _ plans: [LayerPlan], _ data: TrainingData, _ configuration: RunConfiguration
    ) throws {
        var visible = data.layer.training.visible
        var encoding = data.layer.training.encoding
        for plan in plans {
            if plan.layer == 0 && !plan.visibleUnits.takesGrey && encoding == .levels {
                throw SharedFailure(
                    exitCode: ExitStatus.configuration,
                    "layers.0.visible-units: spins take two values, but the data are grey; set "
                        + "`data.binarize: threshold` or `sample`")
            }
            guard visible <= ConfigurationLimit.weights / plan.hidden else {
                throw SharedFailure(
                    exitCode: ExitStatus.configuration,
                    "layers.\(plan.layer).hidden: \(visible) visible × \(plan.hidden) hidden units "
                        + "are more than the \(ConfigurationLimit.weights) weights a layer may have"
                )
            }
            let shape = LayerSpec(
                visible: visible, hidden: plan.hidden, visibleUnits: plan.visibleUnits,
                hiddenUnits: plan.hiddenUnits, encoding: encoding)
            let chains = plan.negativePhase.rows(ofBatch: plan.batch)
            if plan.arithmetic != .float32,
                let refusal = ArithmeticKind.refusal(
                    ofIntegersFor: shape, batch: plan.batch, chains: chains)
            {
                throw SharedFailure(
                    exitCode: ExitStatus.configuration, "layers.\(plan.layer): \(refusal)")
            }
            try checkRate(plan, cases: data.layer.training.count)
            visible = plan.hidden
            encoding = configuration.layers[plan.layer].propagate == .means ? .levels : .bits
        }
    }

    /// Checks that the rate is not 0 at every step, which would train nothing.
    private func checkRate(_ plan: LayerPlan, cases: Int) throws(SharedFailure) {
        let batches = BatchPlan(
            cases: cases, batch: plan.batch, epochs: plan.epochs, seed: plan.seed,
            layer: plan.layer)
        guard plan.warmUp.steps <= batches.steps else {
            throw SharedFailure(
                exitCode: ExitStatus.configuration,
                "layers.\(plan.layer): the warm-up of \(plan.warmUp.steps) steps is longer than the "
                    + "training of \(batches.steps); shorten `training.warm-up` or raise `epochs`")
        }
        guard (0..<batches.steps).contains(where: { plan.rate(ofStep: $0, of: batches) > 0 })
        else {
            throw SharedFailure(
                exitCode: ExitStatus.configuration,
                "layers.\(plan.layer): the learning rate is 0 at each of the \(batches.steps) steps "
                    + "(\(plan.rate) by `schedule` and `warm-up`, as float32); raise "
                    + "`training.learning-rate` or choose another schedule")
        }
    }

    private func train(
        _ configuration: RunConfiguration, _ plans: [LayerPlan], _ data: TrainingData,
        _ folder: RunFolder, _ start: StartingPoint?, _ log: RunLog?,
        _ world: borrowing Communicator
    ) throws -> Int32 {
        let resolved = configuration.resolvedYAML()
        let timer = StepTimer()
        let checkpoints = CheckpointFolder(
            folder.checkpointFolder, keep: configuration.checkpoint.keep)
        let outlets = try world.together { () throws -> [any TrainingOutlet] in
            guard let log else { return [] }
            try folder.begin(resolved)
            try log.open(folder.logFile)
            if let start { log.say("going on from \(start.path)") }
            let metrics = try folder.openMetrics(upTo: start?.checkpoint)
            try checkpoints.removeLater(than: start?.checkpoint.totalSteps ?? 0)
            return [
                JSONLinesOutlet(metrics),
                TerminalOutlet(log, layers: plans.count, quiet: request.quiet),
            ]
        }

        var trainer = StackTrainer(
            plans: plans,
            monitor: configuration.monitor, checkpointEvery: configuration.checkpoint.every,
            checkpoints: checkpoints, imageShape: data.shape, seed: configuration.training.seed,
            configuration: resolved, stopAfterSteps: request.stopAfterSteps,
            data: { layerData($0, $1, plans, configuration, data.layer) })
        trainer.standardization = data.standardization
        let outcome = try trainer.run(
            from: start?.checkpoint, timer: timer, outlets: outlets, world)

        switch outcome {
        case .stopped(let steps):
            log?.say("stopped after step \(steps); the same command goes on from there")
            return ExitStatus.stopped
        case .finished(let model):
            try world.together {
                if world.rank == 0 { try model.file().write(to: folder.modelFile) }
            }
            let timing = try TimingReport(timer, world)
            if !timing.isEmpty { for line in timing.table.lines { log?.say(line) } }
            if let line = try PeakMemory(world).line { log?.say(line) }
            if case .ising(let ising) = configuration.data.source {
                try compare(model, with: ising, configuration.training.seed, folder, log, world)
            }
            log?.tell("model    \(folder.modelFile)")
            return 0
        }
    }

    /// Collective.
    ///
    /// Compares the model with its lattice, and keeps the comparison in the folder.
    private func compare(
        _ model: Model, with ising: IsingSource, _ seed: UInt64, _ folder: RunFolder,
        _ log: RunLog?, _ world: borrowing Communicator
    ) throws {
        let report = try IsingComparison(
            model: model, ising: ising, seed: seed, picture: folder.samplesFile
        ).run(world)
        try world.together {
            guard let report else { return }
            log?.tell("")
            for line in report.table.lines { log?.tell(line) }
            try AtomicFile.write(jsonText(report) + "\n", to: folder.comparisonFile)
            log?.tell("samples  \(folder.samplesFile)")
        }
    }

    /// Checks that a checkpoint belongs to this configuration.
    private func check(
        _ checkpoint: Checkpoint, against configuration: RunConfiguration, _ path: String
    ) throws {
        let other = try RunConfiguration.load(stored: checkpoint.configuration, file: path)
        let differences = configuration.differences(
            from: other, currentLayer: checkpoint.layer)
        guard differences.isEmpty else {
            throw SharedFailure(
                exitCode: ExitStatus.configuration,
                "\(path) belongs to another configuration; restore:\n"
                    + differences.map { "  \($0)" }.joined(separator: "\n"))
        }
    }
}

/// Returns the data of a layer: those of the run, as the layers below pass them on.
private func layerData(
    _ layer: Int, _ below: [RBM], _ plans: [LayerPlan], _ configuration: RunConfiguration,
    _ data: LayerData
) -> LayerData {
    func view(_ source: any CaseSource) -> any CaseSource {
        propagatedCases(
            source, through: below, seed: configuration.training.seed,
            propagation: { configuration.layers[$0].propagate },
            arithmetic: { plans[$0].arithmetic })
    }
    return LayerData(training: view(data.training), heldOut: data.heldOut.map(view))
}
