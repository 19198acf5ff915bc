import Analysis
public import Configuration
public import Datasets
import DistributedTraining
public import FlowMaps
import ModelFiles
public import Ranks
import RBMCore
public import Reports
import Runs
import Storage

/// Trains a stack of auto-encoders, for `wilson autoencoder train`.
///
/// A file holds the training's state after each epoch, and where it was stopped: from there it goes on.
public struct AutoEncoderTrainingRun {
    /// Where the model goes.
    public enum Place: Sendable {
        /// Into a file, written after each epoch.
        case file(String)
        /// Into the folder of a run, with checkpoints, records and a log.
        case folder(String)
    }

    private let data: DataFile
    private let hidden: [Int]
    private let output: AutoEncoder.Output
    private let plan: AutoEncoderTraining.Plan
    private let pace: ScheduledPace
    private let place: Place
    private let began = ContinuousClock.now

    /// The number of the file's first cases that are taken; nil for all.
    public var cases: Int?
    /// The cases that are measured but not learned.
    public var heldOut = HeldOut.fraction(0)
    /// Whether a training goes on from the file, where it exists; that of a folder always does.
    public var resumes = false
    /// Epochs of all layers after which the run stops with the code 75; nil for all.
    public var stopAfterEpochs: Int?
    /// Steps of all layers after which it stops likewise; nil for all.
    public var stopAfterSteps: Int?
    /// How long it may take before it stops likewise; nil for as long as it takes.
    public var maxTime: Duration?

    /// - Parameters:
    ///   - hidden: The hidden units of each layer, lowest first.
    ///   - output: The output of the lowest layer; those above have sigmoid ones.
    ///   - corruption: How likely a value of a case is replaced by 0 before the encoder reads it.
    ///   - seed: Names the random numbers.
    public init(
        data: DataFile, hidden: [Int], output: AutoEncoder.Output, loss: AutoEncoderLoss,
        batchSize: Int, epochs: Int, pace: ScheduledPace, corruption: Double, seed: UInt64,
        place: Place
    ) {
        self.data = data
        self.hidden = hidden
        self.output = output
        plan = AutoEncoderTraining.Plan(
            loss: loss, batchSize: batchSize, epochs: epochs, pace: pace, corruption: corruption,
            seed: seed)
        self.pace = pace
        self.place = place
    }

    /// Collective.
    ///
    /// Trains layer after layer, with the cases of a batch shared over ranks; returns nil on all ranks but
    /// rank 0.
    ///
    /// - Parameters:
    ///   - watchdog: Watches the ranks; nil where it is turned off.
    ///   - progress: Is told what is done, in words, and the share of all steps.
    /// - Throws: The same failure on all ranks; with the code 75 after a signal, or when its time is over, once
    ///   the state is written; and with 76 where the loss runs away.
    public func run(
        _ world: borrowing Communicator, watchdog: Watchdog?,
        progress: (String, Double) -> Void
    ) throws -> AutoEncoderTrainingReport? {
        RankProgress.begin(.start)
        switch place {
        case .file(let path): try world.checkWritable(path)
        case .folder(let path):
            try world.together { if world.rank == 0 { try AutoEncoderFolder.check(path) } }
        }
        // Threads would divide a product otherwise on another machine.
        setLinearAlgebraThreads(1)
        StopSignal.listen()
        RankProgress.begin(.data)
        let data = try readData(world)
        let notes = notes(data)
        let folder = try world.together { () throws -> AutoEncoderFolder? in
            guard world.rank == 0, case .folder(let path) = place else { return nil }
            return try AutoEncoderFolder(
                path, settings: notes, cases: data.file.values.rows,
                heldOut: data.heldOut?.values.rows ?? 0, host: world.hostName())
        }
        do {
            return try train(data, notes, folder, watchdog, world, progress: progress)
        } catch {
            folder?.ends("\(error)")
            throw error
        }
    }

    // MARK: The data

    /// What is learned and what is measured.
    private struct TrainingCases {
        /// The cases that are learned, and what is known of their file.
        let file: RealCases
        /// The cases that are held out, and what tells them from others; nil for none.
        var heldOut: (values: Matrix, note: String)?

        var cases: LayerCases { LayerCases(training: file.values, heldOut: heldOut?.values) }
    }

    /// Collective.
    private func readData(_ world: borrowing Communicator) throws -> TrainingCases {
        let kind: any UnitKind = output == .linear ? .gaussian : .bernoulli
        let file = try RealCases(
            data, for: kind, most: cases, least: 1, seed: plan.seed, world)
        switch heldOut {
        case .fraction(0):
            return TrainingCases(file: file)
        case .fraction(let fraction):
            return try world.together {
                let (training, heldOut) = SubsetCases.numbers(
                    of: file.values.rows, heldOut: fraction, seed: plan.seed)
                guard !heldOut.isEmpty else {
                    throw dataFault(
                        data.path,
                        "\(file.values.rows) cases are taken from it, of which the fraction "
                            + "\(fraction) holds out none; raise --held-out, or name a file")
                }
                return TrainingCases(
                    file: file.taking(training),
                    heldOut: (file.taking(heldOut).values, "\(fraction)"))
            }
        case .file(let path):
            let held = try file.readAlike(path, kind, seed: plan.seed, world)
            return TrainingCases(file: file, heldOut: (held.values, held.digest))
        }
    }

    // MARK: The training

    private func train(
        _ data: TrainingCases, _ notes: [String: String], _ folder: AutoEncoderFolder?,
        _ watchdog: Watchdog?, _ world: borrowing Communicator,
        progress: (String, Double) -> Void
    ) throws -> AutoEncoderTrainingReport? {
        let start = ContinuousClock.now
        let count = data.file.values.rows
        let perEpoch = plan.batches(cases: count)
        let (found, origin) = try earlier(notes, perEpoch, folder, world)
        var state = found
        try world.together {
            try folder?.begin(
                state, from: origin, plan, settings: notes, data: self.data.path,
                meaning: data.file.meaning, shape: data.file.shape, ranks: world.size,
                host: world.hostName())
        }
        if let keep = folder?.keeper { watchdog?.tellAlso(keep) }
        watchdog?.goesOn(by: goingOn)
        let stop = stopRequest(folder, world)
        var cases = data.cases
        var bounds: [LossBound] = []
        for encoder in state.finished {
            bounds.append(bound(cases.training, layer: bounds.count))
            cases = try cases.encoded(by: encoder, world)
        }
        let layerSteps = plan.epochs * perEpoch
        let total = Double(layerSteps * hidden.count)
        var (epochsLeft, stepsLeft) = (stopAfterEpochs ?? .max, stopAfterSteps ?? .max)
        while state.finished.count < hidden.count {
            let number = state.finished.count
            var training =
                state.training
                ?? AutoEncoderTraining(
                    plan: plan, layer: number, output: output(ofLayer: number),
                    visible: cases.training.columns, hidden: hidden[number])
            let bound = bound(cases.training, layer: number)
            bounds.append(bound)
            folder?.layerBegan(training, bound: bound)
            while !training.isFinished {
                RankProgress.begin(.step, step: training.step(cases: count))
                try training.advance(cases.training) { try world.work(parts: $0, width: $1, $2) }
                let (step, hasEnded) = (training.step(cases: count), training.part == .none)
                if hasEnded {
                    RankProgress.begin(.record, step: step)
                    try check(training, bound)
                    let measured = try cases.heldOutError(training, world)
                    if let measured { state.append(measured) }
                    try world.together { try folder?.epochEnded(training, measured) }
                    epochsLeft -= 1
                }
                stepsLeft -= 1
                let asksToStop = try stop.isMade(on: world)
                let stops = asksToStop || epochsLeft <= 0 || stepsLeft <= 0
                let done = number * layerSteps + step
                if hasEnded || stops {
                    RankProgress.begin(.checkpoint, step: step)
                    state.training = training
                    if training.isFinished { state.finish() }
                    let took = try save(
                        state, data, notes, done, isNeeded: stops, folder, world)
                    stop.checkpointTook(took)
                }
                progress(words(of: training, state.heldOut), Double(done) / total)
                if stops, state.finished.count < hidden.count {
                    throw SharedFailure(
                        exitCode: ExitStatus.stopped,
                        "stopped after step \(step) of layer \(number); \(toGoOn)")
                }
            }
            if state.finished.count < hidden.count {
                RankProgress.begin(.data)
                cases = try cases.encoded(by: state.finished[number], world)
            }
        }
        RankProgress.begin(.end)
        try world.together { try folder?.finish(state.file(shape: data.file.shape, notes)) }
        guard world.rank == 0 else { return nil }
        let path =
            switch place {
            case .file(let path): path
            case .folder(let path): folder?.modelFile ?? path
            }
        return AutoEncoderTrainingReport(
            state, bounds: bounds, plan: plan, cases: count,
            heldOutCases: data.heldOut?.values.rows ?? 0, path: path,
            seconds: (ContinuousClock.now - start) / .seconds(1))
    }

    /// What asks for a stop, and says why.
    private func stopRequest(
        _ folder: AutoEncoderFolder?, _ world: borrowing Communicator
    ) -> StopRequest {
        let place = world.size == 1 ? "" : "[rank \(world.rank) on \(world.hostName())] "
        return StopRequest(deadline: deadline(ofRunWithin: maxTime, since: began)) { reason in
            if let folder {
                folder.warn(place + reason)
            } else {
                try? StandardStream.error.write("wilson: warning: \(place)\(reason)\n")
            }
        }
    }

    /// Collective.
    ///
    /// Writes the state on rank 0, and returns how long that took.
    ///
    /// - Parameters:
    ///   - steps: Those of all layers.
    ///   - isNeeded: Whether the run ends if a checkpoint cannot be written; else the earlier ones stay, and
    ///     the training goes on.
    private func save(
        _ state: AutoEncoderState, _ data: TrainingCases, _ notes: [String: String], _ steps: Int,
        isNeeded: Bool, _ folder: AutoEncoderFolder?, _ world: borrowing Communicator
    ) throws -> Duration {
        let start = ContinuousClock.now
        try world.together {
            guard world.rank == 0 else { return }
            let file = state.file(shape: data.file.shape, notes)
            switch place {
            case .file(let path): try file.write(to: path)
            case .folder:
                do {
                    try folder?.save(file, totalSteps: steps)
                } catch let error as StorageError where !isNeeded {
                    folder?.warn(
                        "no checkpoint: \(error) The training goes on, and tries again at the next")
                }
            }
        }
        return ContinuousClock.now - start
    }

    /// How far a training is, in words.
    private func words(of training: AutoEncoderTraining, _ heldOut: [[HeldOutError]]) -> String {
        var words = hidden.count > 1 ? "layer \(training.layer), " : ""
        words += "epoch \(min(training.losses.count + 1, plan.epochs)) of \(plan.epochs)"
        if let loss = training.losses.last { words += ", error \(decimal(loss.error, 4))" }
        if heldOut.count > training.layer, let measured = heldOut[training.layer].last {
            words += ", held out \(decimal(measured.heldOut, 4))"
        }
        return words
    }

    /// The command that goes on with a training that was stopped.
    private var goingOn: GoingOn {
        switch place {
        case .file: resumes ? .sameCommand : .adding("--resume")
        case .folder: .sameCommand
        }
    }

    /// How a training that was stopped goes on, in words.
    private var toGoOn: String {
        switch place {
        case .file(let path): "\(goingOn.words) goes on from \(path)"
        case .folder: "\(goingOn.words) goes on from there"
        }
    }

    private func output(ofLayer number: Int) -> AutoEncoder.Output {
        number == 0 ? output : .sigmoid
    }

    private func bound(_ features: Matrix, layer: Int) -> LossBound {
        LossBound(
            features, plan: plan, layer: layer, output: output(ofLayer: layer),
            hidden: hidden[layer])
    }

    /// Fails where the last epoch's loss is not finite, or has grown beyond what a training comes back from.
    private func check(_ training: AutoEncoderTraining, _ bound: LossBound) throws(SharedFailure) {
        guard let loss = training.losses.last, bound.isExceeded(by: loss) else { return }
        let total = loss.error + loss.penalty
        let found =
            total.isFinite ? "the loss is \(decimal(total, 4))" : "the loss is not a finite number"
        throw SharedFailure(
            exitCode: ExitStatus.notFinite,
            "layer \(training.layer), epoch \(training.losses.count): \(found); it was "
                + "\(decimal(bound.atStart, 4)) before the first step, and the mean of all cases has the "
                + "error \(decimal(bound.ofMean, 4)). The training has run away: lower --learning-rate "
                + "or --momentum")
    }

    /// What must be the same where a training goes on.
    private func notes(_ data: TrainingCases) -> [String: String] {
        var notes = [
            Model.outputNote: output.rawValue,
            "autoencoder.loss": plan.loss.error.rawValue,
            "autoencoder.contraction": "\(plan.loss.contraction)",
            "autoencoder.corruption": "\(plan.corruption)",
            "autoencoder.batch_size": "\(plan.batchSize)",
            "autoencoder.epochs": "\(plan.epochs)",
            "autoencoder.hidden": hidden.map(String.init).joined(separator: ","),
            "autoencoder.cases": "\(data.file.values.rows)",
            "autoencoder.data": data.file.digest,
            "seed": "\(plan.seed)",
        ]
        notes[AutoEncoderState.heldOutNote] = data.heldOut?.note
        return notes.merging(pace.settings) { $1 }.merging(data.file.notes) { own, _ in own }
    }

    /// Collective.
    ///
    /// The state to go on from and the file that holds it; a new one where there is none.
    private func earlier(
        _ notes: [String: String], _ perEpoch: Int, _ folder: AutoEncoderFolder?,
        _ world: borrowing Communicator
    ) throws -> (AutoEncoderState, path: String?) {
        let found = try world.together { () throws -> (bytes: [UInt8], path: String)? in
            guard world.rank == 0 else { return nil }
            if case .file(let path) = place {
                guard resumes, Folder.isFile(path) else { return nil }
                return (try Storage.readBytes(of: path), path)
            }
            return try folder?.newest().map { ($0.file.encoded(), $0.path) }
        }
        let bytes = try world.broadcast(found?.bytes ?? [])
        let path = try world.broadcast(found?.path ?? "")
        guard !bytes.isEmpty else { return (AutoEncoderState(), nil) }
        return try world.together {
            let file = try SafetensorsFile(bytes: bytes, name: path)
            return (
                try AutoEncoderState(file, path, plan: plan, notes: notes, perEpoch: perEpoch), path
            )
        }
    }
}

/// What the training of auto-encoders found.
public struct AutoEncoderTrainingReport: Report, Sendable {
    /// A layer.
    struct Layer: Encodable, Sendable {
        let visible: Int
        let hidden: Int
        let output: String
        /// The mean error of a case in each epoch.
        let errors: [Double]
        /// The mean of λ‖∂h/∂x‖² in each epoch.
        let penalties: [Double]
        /// The mean error of a case where the output is the mean of all cases.
        let meanCaseError: Double
        /// The mean error of the held-out cases after each epoch; empty without any.
        let heldOutErrors: [Double]
        /// By how much it is above that of as many cases that are learned.
        let heldOutGaps: [Double]
    }

    let cases: Int
    let heldOutCases: Int
    let loss: String
    let contraction: Double
    let corruption: Double
    let epochs: Int
    let layers: [Layer]
    let seconds: Double

    @NotEncoded private var path: String

    init(
        _ state: AutoEncoderState, bounds: [LossBound], plan: AutoEncoderTraining.Plan, cases: Int,
        heldOutCases: Int, path: String, seconds: Double
    ) {
        self.cases = cases
        self.heldOutCases = heldOutCases
        loss = plan.loss.error.rawValue
        contraction = plan.loss.contraction
        corruption = plan.corruption
        epochs = plan.epochs
        layers = state.finished.enumerated().map { number, encoder in
            let losses = state.losses[number]
            let measured = heldOutCases > 0 ? state.heldOut[number] : []
            return Layer(
                visible: encoder.visibleCount, hidden: encoder.hiddenCount,
                output: encoder.output.rawValue, errors: losses.map(\.error),
                penalties: losses.map(\.penalty), meanCaseError: bounds[number].ofMean,
                heldOutErrors: measured.map(\.heldOut), heldOutGaps: measured.map(\.gap))
        }
        self.seconds = seconds
        self.path = path
    }

    public var table: Table {
        let held = heldOutCases > 0 ? " and \(heldOutCases) held out" : ""
        var table = Table(
            "auto-encoder of \(cases) cases\(held), \(loss) error, contraction \(shortest(contraction)), "
                + "corruption \(shortest(corruption))")
        let measured: [Table.Column] = heldOutCases > 0 ? ["held out", "gap"] : []
        table.columns(
            [.right("layer"), "units", .left("output"), "of the mean", "first error", "last error"]
                + measured + ["penalty"])
        for (number, layer) in layers.enumerated() {
            let measures =
                heldOutCases > 0
                ? [decimal(layer.heldOutErrors.last, 4), decimal(layer.heldOutGaps.last, 4)] : []
            table.row(
                [
                    "\(number)", "\(layer.visible)–\(layer.hidden)", layer.output,
                    decimal(layer.meanCaseError, 4), decimal(layer.errors.first, 4),
                    decimal(layer.errors.last, 4),
                ] + measures + [decimal(layer.penalties.last, 4)])
        }
        for (number, layer) in layers.enumerated()
        where (layer.errors.last ?? 0) > layer.meanCaseError {
            table.line(
                "Layer \(number) knows less than the mean of all cases, whose error is smaller: train "
                    + "longer, or with another --learning-rate.")
        }
        table.line("\(epochs) epochs a layer in \(decimal(seconds, 1)) s, written to \(path)")
        return table
    }
}
