import Analysis
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
/// After each epoch a file holds the training's state, so that a training that was ended goes on from there.
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
    private let place: Place

    /// The number of the file's first cases that are taken; nil for all.
    public var cases: Int?
    /// Whether a training goes on from the file, where it exists; that of a folder always does.
    public var resumes = false
    /// Epochs of all layers after which the run stops with the code 75; nil for all.
    public var stopAfterEpochs: Int?

    /// - Parameters:
    ///   - hidden: The hidden units of each layer, lowest first.
    ///   - output: The output of the lowest layer; those above have sigmoid ones.
    public init(
        data: DataFile, hidden: [Int], output: AutoEncoder.Output, plan: AutoEncoderTraining.Plan,
        place: Place
    ) {
        self.data = data
        self.hidden = hidden
        self.output = output
        self.plan = plan
        self.place = place
    }

    /// Collective.
    ///
    /// Trains layer after layer, with the cases of a batch shared over ranks; returns nil on all ranks but
    /// rank 0.
    ///
    /// - Parameter progress: Is told what is done, in words, and the share of all epochs.
    /// - Throws: The same failure on all ranks; with the code 75 after a signal, when the state is written,
    ///   and with 76 where the loss runs away.
    public func run(
        _ world: borrowing Communicator, progress: (String, Double) -> Void
    ) throws -> AutoEncoderTrainingReport? {
        switch place {
        case .file(let path): try world.checkWritable(path)
        case .folder(let path):
            try world.together { if world.rank == 0 { try AutoEncoderFolder.check(path) } }
        }
        // Threads would divide a product otherwise on another machine.
        setLinearAlgebraThreads(1)
        StopSignal.listen()
        let cases = try RealCases(
            data, for: output == .linear ? .gaussian : .bernoulli, most: cases, least: 1,
            seed: plan.seed, world)
        let notes = notes(cases)
        let folder = try world.together { () throws -> AutoEncoderFolder? in
            guard world.rank == 0, case .folder(let path) = place else { return nil }
            return try AutoEncoderFolder(
                path, settings: notes, cases: cases.values.rows, host: world.hostName())
        }
        do {
            return try train(cases, notes, folder, world, progress: progress)
        } catch {
            folder?.ends("\(error)")
            throw error
        }
    }

    private func train(
        _ cases: RealCases, _ notes: [String: String], _ folder: AutoEncoderFolder?,
        _ world: borrowing Communicator, progress: (String, Double) -> Void
    ) throws -> AutoEncoderTrainingReport? {
        let start = ContinuousClock.now
        let (found, origin) = try earlier(notes, folder, world)
        var state = found
        try world.together {
            try folder?.begin(
                state, from: origin, plan, settings: notes, data: data.path,
                meaning: cases.meaning, shape: cases.shape, ranks: world.size,
                host: world.hostName())
        }
        var features = cases.values
        var bounds: [LossBound] = []
        for encoder in state.finished {
            bounds.append(bound(features, layer: bounds.count))
            features = try encode(features, encoder, world)
        }
        let total = Double(plan.epochs * hidden.count)
        var left = stopAfterEpochs ?? .max
        while state.finished.count < hidden.count {
            let number = state.finished.count
            var training =
                state.training
                ?? AutoEncoderTraining(
                    plan: plan, layer: number, output: output(ofLayer: number),
                    visible: features.columns, hidden: hidden[number])
            let bound = bound(features, layer: number)
            bounds.append(bound)
            folder?.layerBegan(training, bound: bound)
            while !training.isFinished {
                try training.runEpoch(features) { try world.work(parts: $0, width: $1, $2) }
                try check(training, bound)
                state.training = training
                if training.isFinished { state.finish() }
                let done = number * plan.epochs + training.losses.count
                try world.together {
                    guard world.rank == 0 else { return }
                    let file = state.file(shape: cases.shape, notes)
                    switch place {
                    case .file(let path): try file.write(to: path)
                    case .folder: try folder?.epochEnded(training, file, total: done)
                    }
                }
                progress("epochs", Double(done) / total)
                left -= 1
                var signals = [StopSignal.received == nil ? 0.0 : 1]
                try world.sum(&signals)
                if signals[0] > 0 || left == 0, state.finished.count < hidden.count {
                    throw SharedFailure(
                        exitCode: ExitStatus.stopped, "stopped after \(done) epochs; \(toGoOn)")
                }
            }
            if state.finished.count < hidden.count {
                features = try encode(features, state.finished[number], world)
            }
        }
        try world.together { try folder?.finish(state.file(shape: cases.shape, notes)) }
        guard world.rank == 0 else { return nil }
        let path =
            switch place {
            case .file(let path): path
            case .folder(let path): folder?.modelFile ?? path
            }
        return AutoEncoderTrainingReport(
            state.finished, losses: state.losses, bounds: bounds, plan: plan,
            cases: cases.values.rows, path: path,
            seconds: (ContinuousClock.now - start) / .seconds(1))
    }

    /// How a training that was stopped goes on, in words.
    private var toGoOn: String {
        switch place {
        case .file(let path): "the same command with --resume goes on from \(path)"
        case .folder: "the same command goes on from there"
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

    private func encode(
        _ cases: Matrix, _ encoder: AutoEncoder, _ world: borrowing Communicator
    ) throws -> Matrix {
        let parts = RowParts(rows: cases.rows)
        let most = (0..<parts.count).reduce(0) { max($0, parts.rows(of: $1).count) }
        let room = most * encoder.hiddenCount
        let all = try world.work(parts: parts.count, width: room) { part in
            let own = parts.blocks(of: part).flatMap { encoder.encode(cases.rows($0)).elements }
            return own + [Double](repeating: 0, count: room - own.count)
        }
        return Matrix(
            rows: cases.rows, columns: encoder.hiddenCount,
            elements: (0..<parts.count).flatMap { part in
                let count = parts.rows(of: part).count * encoder.hiddenCount
                return all[(part * room)..<(part * room + count)]
            })
    }

    /// What must be the same where a training goes on.
    private func notes(_ cases: RealCases) -> [String: String] {
        [
            Model.outputNote: output.rawValue,
            "autoencoder.loss": plan.loss.error.rawValue,
            "autoencoder.contraction": "\(plan.loss.contraction)",
            "autoencoder.corruption": "\(plan.corruption)",
            "autoencoder.batch_size": "\(plan.batchSize)",
            "autoencoder.epochs": "\(plan.epochs)",
            "autoencoder.learning_rate": "\(plan.rates.upperBound)",
            "autoencoder.final_learning_rate": "\(plan.rates.lowerBound)",
            "autoencoder.momentum": "\(plan.momentum)",
            "autoencoder.hidden": hidden.map(String.init).joined(separator: ","),
            "autoencoder.cases": "\(cases.values.rows)",
            "autoencoder.data": cases.digest,
            "seed": "\(plan.seed)",
        ].merging(cases.notes) { own, _ in own }
    }

    /// Collective.
    ///
    /// The state to go on from and the file that holds it; a new one where there is none.
    private func earlier(
        _ notes: [String: String], _ folder: AutoEncoderFolder?, _ world: borrowing Communicator
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
            return (try AutoEncoderState(file, path, plan: plan, notes: notes), path)
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
    }

    let cases: Int
    let loss: String
    let contraction: Double
    let corruption: Double
    let epochs: Int
    let layers: [Layer]
    let seconds: Double

    @NotEncoded private var path: String

    init(
        _ encoders: [AutoEncoder], losses: [[AutoEncoderTraining.EpochLoss]], bounds: [LossBound],
        plan: AutoEncoderTraining.Plan, cases: Int, path: String, seconds: Double
    ) {
        self.cases = cases
        loss = plan.loss.error.rawValue
        contraction = plan.loss.contraction
        corruption = plan.corruption
        epochs = plan.epochs
        layers = zip(encoders, zip(losses, bounds)).map { encoder, found in
            let (losses, bound) = found
            return Layer(
                visible: encoder.visibleCount, hidden: encoder.hiddenCount,
                output: encoder.output.rawValue, errors: losses.map(\.error),
                penalties: losses.map(\.penalty), meanCaseError: bound.ofMean)
        }
        self.seconds = seconds
        self.path = path
    }

    public var table: Table {
        var table = Table(
            "auto-encoder of \(cases) cases, \(loss) error, contraction \(shortest(contraction)), "
                + "corruption \(shortest(corruption))")
        table.columns(
            .right("layer"), "units", .left("output"), "of the mean", "first error", "last error",
            "penalty")
        for (number, layer) in layers.enumerated() {
            table.row(
                "\(number)", "\(layer.visible)–\(layer.hidden)", layer.output,
                decimal(layer.meanCaseError, 4), decimal(layer.errors.first, 4),
                decimal(layer.errors.last, 4),
                decimal(layer.penalties.last, 4))
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
