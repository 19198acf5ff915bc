import Configuration
import Datasets
import DistributedTraining
import ModelFiles
public import Ranks
import RBMCore
import Reports
import Storage

/// A run of `wilson train` on all ranks: from a configuration to a model.
public struct TrainingRun {
    private let request: TrainingRequest
    private let level: ThreadLevel
    private let watchdog: Watchdog?

    /// Creates the run.
    ///
    /// - Parameter watchdog: Watches the ranks; nil where it is turned off.
    public init(_ request: TrainingRequest, level: ThreadLevel, watchdog: Watchdog?) {
        self.request = request
        self.level = level
        self.watchdog = watchdog
    }

    /// Collective.
    ///
    /// Trains, and returns the exit code: 0, or 75 after a stop with a checkpoint.
    public func run(_ world: borrowing Communicator) throws -> Int32 {
        RankProgress.begin(.start)
        watchdog?.goesOn(by: request.resume.goingOn)
        let room = MemoryRoom.now
        try checkAgreement(world)
        let text = try readConfiguration(world)
        var configuration = try world.together { try load(text) }
        try configuration.checkGrid(ranks: world.size)
        let folder = RunFolder(path: request.folder)
        let log = world.rank == 0 ? RunLog(quiet: request.quiet) : nil
        // Faults of the folder come before the work on the data, and nothing is written before the
        // data are known to be good.
        var lock: FolderLock?
        defer { withExtendedLifetime(lock) {} }
        let earlier =
            request.checkOnly
            ? nil
            : try EarlierRun.find(
                in: folder, resume: request.resume, hiddenRanks: configuration.grid?.hidden ?? 1,
                lock: &lock, log, world
            ) { run in
                try load(text, goingOnWith: run)
            }
        let start = earlier?.start
        if let earlier {
            configuration = try world.together {
                try load(text, goingOnWith: earlier.configuration)
            }
        }
        RankProgress.begin(.data)
        var located = configuration.findingFiles(beside: request.configurationFile)
        let initial = try InitialModel.load(located, world)
        SentFiles.removeLeft(world)
        let sent = request.sendsData ? try SentFiles.send(&located, world) : nil
        var need = MemoryNeed()
        let data = try TrainingData(
            located,
            standardization: start?.checkpoint.standardization
                ?? initial?.standardization,
            checking: { outline in
                need = configuration.memoryNeed(
                    of: outline, initial: initial?.layers ?? [], request, world)
                try world.checkMemory(need, in: room, remedy: memoryRemedy)
            }, world)
        if let sent {
            // All ranks have opened the copies.
            try world.barrier()
            sent.remove()
        }
        configuration = configuration.withStates(ofData: data.categories)
        if let initial {
            try world.together {
                try initial.check(fits: configuration, visible: data.layer.training.visible)
            }
        }
        let plans = configuration.plans(
            cases: data.layer.training.count, initial: initial?.layers ?? [])
        try plans.check(on: data.layer, configuration)
        try plans.checkGrid(configuration.grid)
        try world.together { try start?.checkFit(plans, data) }
        if let difference = start?.otherData(than: data.digests) {
            guard request.acceptsData else { throw difference }
            log?.warn("--accept-data: \(difference)")
        }
        if let notes = start?.checkpoint.state.notes,
            let words = Float32Grid(configuration.grid, plans).difference(from: notes)
        {
            log?.warn(words)
        }

        let banner = Banner(
            command: request.command, threads: request.threads, level: level,
            seed: configuration.training.seed, grid: configuration.grid, data: data.summary,
            learning: zip(configuration.layers, plans).map { layer, plan in
                layer.learningSummary(plan, cases: data.layer.training.count)
            })
        if let report = try RankReport(world), let log {
            for line in banner.lines(report) { log.say(line) }
        }
        for warning in data.warnings { log?.warn(warning) }
        try world.takeSharedMemory()
        if world.exchange.lacksSharedMemory { log?.warn(sharedMemoryWarning) }
        if request.checkOnly {
            // A training says them with its first record.
            let found = try TrainingWarning.beforeTraining(
                plans[0], on: data.layer, caseShape: data.shape, monitor: configuration.monitor,
                world)
            for warning in found { log?.warn(warning.line) }
            if let line = try need.line(world, room) { log?.say(line) }
            log?.say("the configuration and the data are good")
            return 0
        }
        try world.together {
            guard let log, lock == nil else { return }
            lock = try folder.lockNew(host: world.hostName(), warn: { log.warn($0) })
        }
        let code: Int32
        do {
            code = try train(
                configuration, plans, data, folder, start, log, world)
        } catch {
            log?.keep("error: \(error)")
            throw error
        }
        // The model is written: now is the time to say that the words were lost.
        try world.together { if code == 0, let failure = log?.failure { throw failure } }
        return code
    }

    /// Collective.
    ///
    /// Fails, naming the ranks, when not all of them were given the same command.
    private func checkAgreement(_ world: borrowing Communicator) throws {
        guard let difference = try world.disagreement(on: request.text) else { return }
        throw SharedFailure(
            exitCode: ExitStatus.commandLine,
            "the ranks were given different commands; start all of them with the same one:\n"
                + difference)
    }

    /// Collective.
    ///
    /// Reads the text of the configuration on rank 0, for all.
    private func readConfiguration(_ world: borrowing Communicator) throws -> String {
        let text = try world.together { () throws -> String in
            guard world.rank == 0 else { return "" }
            do {
                let most = RunConfiguration.mostBytes
                let bytes = try readBytes(of: request.configurationFile, atMost: most + 1)
                guard bytes.count <= most else {
                    throw StorageError(
                        .badFile, request.configurationFile,
                        "has more than the \(most) bytes that a configuration may have.")
                }
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw StorageError(
                        .badFile, request.configurationFile, "is not UTF-8 text; save it as UTF-8.")
                }
                return text
            } catch {
                throw SharedFailure(
                    exitCode: ExitStatus.configuration,
                    "\(error) A configuration is a YAML file, such as `wilson defaults` prints.")
            }
        }
        return try world.broadcast(text)
    }

    /// Returns the configuration of a text.
    ///
    /// - Parameter run: That of a run to go on with; nil to begin.
    private func load(
        _ text: String, goingOnWith run: RunConfiguration? = nil
    ) throws(ConfigurationError) -> RunConfiguration {
        try RunConfiguration.load(
            text: text, file: request.configurationFile, overrides: request.overrides,
            goingOnWith: run)
    }

    private func train(
        _ configuration: RunConfiguration, _ plans: [LayerPlan], _ data: TrainingData,
        _ folder: RunFolder, _ start: StartingPoint?, _ log: RunLog?,
        _ world: borrowing Communicator
    ) throws -> Int32 {
        let began = ContinuousClock.now
        StopSignal.listen()
        let resolved = configuration.onAnyGrid.resolvedYAML()
        let timer = StepTimer()
        let checkpoints = CheckpointFolder(
            folder.checkpointFolder, keep: configuration.checkpoint.keep)
        let outlets = try world.together { () throws -> [any TrainingOutlet] in
            guard let log else { return [] }
            try folder.begin(resolved, warn: { log.warn($0) })
            try log.open(folder.logFile)
            if let keep = log.keeper { watchdog?.tellAlso(keep) }
            if let start { log.say("going on from \(start.path)") }
            let metrics = try folder.openMetrics(
                upTo: start.map { ($0.checkpoint.layer, $0.checkpoint.step) })
            try checkpoints.removeLater(than: start?.checkpoint.totalSteps ?? 0)
            let events: [any TrainingOutlet] =
                request.writesEvents
                ? [
                    EventsOutlet(
                        folder.eventFolder, host: world.hostName(), imageShape: data.shape,
                        warn: { log.warn($0) })
                ] : []
            return [
                JSONLinesOutlet(metrics),
                TerminalOutlet(
                    log, layers: plans.count,
                    timeLeft: TimeLeft(
                        plans, cases: data.layer.training.count,
                        visible: data.layer.training.visible),
                    showsLikelihood: configuration.monitor.logLikelihood != nil,
                    quiet: request.quiet),
            ] + events
        }

        var trainer = StackTrainer(
            plans: plans,
            monitor: configuration.monitor, checkpointEvery: configuration.checkpoint.every,
            checkpoints: checkpoints, imageShape: data.shape, seed: configuration.training.seed,
            configuration: resolved, stopAfterSteps: request.stopAfterSteps,
            data: { layerData($0, $1, plans, configuration, data.layer) })
        trainer.takesSnapshots = request.writesEvents
        trainer.needsCheckpoints = request.strictCheckpoints
        trainer.bestRule = configuration.checkpoint.best?.rule
        let place = world.size == 1 ? "" : "[rank \(world.rank) on \(world.hostName())] "
        trainer.stopRequest = StopRequest(
            deadline: deadline(ofRunWithin: request.maxTime, since: request.began)
        ) { reason in
            if let log {
                log.warn(place + reason)
            } else {
                try? StandardStream.error.write("wilson: warning: \(place)\(reason)\n")
            }
        }
        trainer.standardization = data.standardization
        trainer.hiddenRanks = configuration.grid?.hidden
        trainer.dataNotes = data.reading?.notes ?? [:]
        trainer.checkpointNotes = StartingPoint.notes(ofDigests: data.digests)
            .merging(Float32Grid(configuration.grid, plans).notes) { $1 }
        let lackedMemory = world.exchange.lacksSharedMemory
        let outcome = try trainer.run(
            from: start?.checkpoint, timer: timer, outlets: outlets, world)
        RankProgress.begin(.end)

        switch outcome {
        case .stopped(let steps):
            log?.say(
                "stopped after step \(steps); \(request.resume.goingOn.words) goes on from there")
            return ExitStatus.stopped
        case .finished(let model, let hiddenRanks):
            try model.write(to: folder.modelFile, world)
            let timing = try TimingReport(timer, world)
            if !timing.isEmpty { for line in timing.table.lines { log?.say(line) } }
            if let line = try PeakMemory(world).line { log?.say(line) }
            // Groups of a grid share memory of their own, beside that of all ranks.
            if world.exchange.lacksSharedMemory, !lackedMemory { log?.warn(sharedMemoryWarning) }
            log?.say("total    \(durationText((ContinuousClock.now - began) / .seconds(1)))")
            if case .ising(let ising) = configuration.data.source {
                let divided =
                    if hiddenRanks == 1 {
                        model
                    } else {
                        try DividedModel.load(
                            folder.modelFile, hiddenRanks: hiddenRanks, world)
                    }
                try compare(
                    divided, hiddenRanks, with: ising, configuration.training.seed, folder, log,
                    world)
            }
            if configuration.checkpoint.best != nil {
                for layer in plans.indices {
                    let file = checkpoints.bestFile(ofLayer: layer)
                    if Folder.isFile(file) { log?.tell("best     \(file)") }
                }
            }
            log?.tell("model    \(folder.modelFile)")
            return 0
        }
    }

    /// Collective.
    ///
    /// Compares the model with its lattice, and keeps the comparison in the folder.
    private func compare(
        _ model: DividedModel, _ hiddenRanks: Int, with ising: IsingSource, _ seed: UInt64,
        _ folder: RunFolder, _ log: RunLog?, _ world: borrowing Communicator
    ) throws {
        let comparison = IsingComparison(
            model: model, ising: ising, seed: seed, picture: folder.samplesFile)
        let report = try withColumn(ofHiddenRanks: hiddenRanks, world) {
            try comparison.run(world, $0)
        }
        try world.together {
            guard let report else { return }
            log?.tell("")
            for line in report.table.lines { log?.tell(line) }
            try AtomicFile.write(jsonText(report) + "\n", to: folder.comparisonFile)
            log?.tell("samples  \(folder.samplesFile)")
        }
    }

}

/// What to do where the system refuses memory that ranks would share.
private let sharedMemoryWarning =
    "the ranks of a host share no memory: /dev/shm has no room for 2 MB a rank and group of ranks, 6 MB "
    + "on a grid, or may not be used. They add up by messages, which takes longer and changes no "
    + "result. Enlarge it, such as by `mount -o remount,size=1G /dev/shm`, or by --shm-size=1g where a "
    + "container is started"

/// Returns the data of a layer: those of the run, as the layers below pass them on.
private func layerData(
    _ layer: Int, _ below: [any Machine], _ plans: [LayerPlan], _ configuration: RunConfiguration,
    _ data: LayerData
) -> LayerData {
    func view(_ source: any CaseSource) -> any CaseSource {
        let filled = below.first.flatMap { first in
            FilledCases(
                source, by: first, arithmetic: plans[0].arithmetic,
                seed: configuration.training.seed, layer: 0)
        }
        return propagatedCases(
            filled ?? source, through: below, seed: configuration.training.seed,
            propagation: { configuration.layers[$0].propagate },
            arithmetic: { plans[$0].arithmetic })
    }
    return LayerData(training: view(data.training), heldOut: data.heldOut.map(view))
}
