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
/// The file of the model holds the training's state after each epoch, so that a training that was ended
/// goes on from there.
public struct AutoEncoderTrainingRun {
    private let data: DataFile
    private let hidden: [Int]
    private let output: AutoEncoder.Output
    private let plan: AutoEncoderTraining.Plan
    private let path: String

    /// The number of the file's first cases that are taken; nil for all.
    public var cases: Int?
    /// Whether a training goes on from the file, where it exists.
    public var resumes = false

    /// - Parameters:
    ///   - hidden: The hidden units of each layer, lowest first.
    ///   - output: The output of the lowest layer; those above have sigmoid ones.
    ///   - path: The model file to write.
    public init(
        data: DataFile, hidden: [Int], output: AutoEncoder.Output, plan: AutoEncoderTraining.Plan,
        path: String
    ) {
        self.data = data
        self.hidden = hidden
        self.output = output
        self.plan = plan
        self.path = path
    }

    /// Collective.
    ///
    /// Trains layer after layer, with the cases of a batch shared over ranks; returns nil on all ranks but
    /// rank 0.
    ///
    /// - Parameter progress: Is told what is done, in words, and the share of all epochs.
    /// - Throws: The same failure on all ranks; with the code 75 after a signal, when the file is written.
    public func run(
        _ world: borrowing Communicator, progress: (String, Double) -> Void
    ) throws -> AutoEncoderTrainingReport? {
        try world.checkWritable(path)
        // Threads would divide a product otherwise on another machine.
        setLinearAlgebraThreads(1)
        StopSignal.listen()
        let cases = try RealCases(
            data, for: output == .linear ? .gaussian : .bernoulli, most: cases, least: 1,
            seed: plan.seed, world)
        let start = ContinuousClock.now
        let notes = notes(cases)
        var state = try resumed(notes, cases.shape, world)
        var features = cases.values
        for encoder in state.finished { features = try encode(features, encoder, world) }
        let total = Double(plan.epochs * hidden.count)
        while state.finished.count < hidden.count {
            let number = state.finished.count
            var training =
                state.training
                ?? AutoEncoderTraining(
                    plan: plan, layer: number, output: number == 0 ? output : .sigmoid,
                    visible: features.columns, hidden: hidden[number])
            while !training.isFinished {
                try training.runEpoch(features) { try world.work(parts: $0, width: $1, $2) }
                let loss = training.losses[training.losses.count - 1]
                guard (loss.error + loss.penalty).isFinite else {
                    throw SharedFailure(
                        exitCode: ExitStatus.notFinite,
                        "the loss of layer \(number) is not finite in epoch "
                            + "\(training.losses.count); use a smaller --learning-rate")
                }
                state.training = training
                if training.isFinished { state.finish() }
                try world.together {
                    guard world.rank == 0 else { return }
                    try file(state, shape: cases.shape, notes).write(to: path)
                }
                let done = number * plan.epochs + training.losses.count
                progress("epochs", Double(done) / total)
                var signals = [StopSignal.received == nil ? 0.0 : 1]
                try world.sum(&signals)
                if signals[0] > 0, state.finished.count < hidden.count {
                    throw SharedFailure(
                        exitCode: ExitStatus.stopped,
                        "stopped after \(done) epochs; the same command with --resume goes on from "
                            + path)
                }
            }
            if state.finished.count < hidden.count {
                features = try encode(features, state.finished[number], world)
            }
        }
        guard world.rank == 0 else { return nil }
        return AutoEncoderTrainingReport(
            state.finished, losses: state.losses, plan: plan, cases: cases.values.rows, path: path,
            seconds: (ContinuousClock.now - start) / .seconds(1))
    }

    /// What is known after an epoch.
    private struct State {
        /// The layers that are trained, as the file has them.
        var finished: [AutoEncoder] = []
        /// Their losses by epoch, and those of the layer in training.
        var losses: [[AutoEncoderTraining.EpochLoss]] = []
        /// The layer in training; nil between layers.
        var training: AutoEncoderTraining?

        /// Rounds the layer in training to the file's float32, so that the layers above see what others
        /// will read.
        mutating func finish() {
            guard let training else { return }
            finished.append(
                AutoEncoder(training.encoder.machine, output: training.encoder.output))
            losses.append(training.losses)
            self.training = nil
        }
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

    // MARK: The file

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

    private func file(
        _ state: State, shape: [Int], _ notes: [String: String]
    ) -> SafetensorsFile {
        let encoders = state.finished + (state.training.map { [$0.encoder] } ?? [])
        var file = Model(layers: encoders.map(\.machine), imageShape: shape, notes: notes).file()
        let losses = state.losses + (state.training.map { [$0.losses] } ?? [])
        for (number, losses) in losses.enumerated() {
            file.tensors["autoencoder.\(number).losses"] = Tensor(
                doubles: losses.flatMap { [$0.error, $0.penalty] }, shape: [losses.count, 2])
        }
        guard let training = state.training else { return file }
        let encoder = training.encoder
        let values = encoder.weights.elements + encoder.visibleBias + encoder.hiddenBias
        file.tensors["autoencoder.values"] = Tensor(doubles: values, shape: [values.count])
        file.tensors["autoencoder.velocity"] = Tensor(
            doubles: training.velocity, shape: [values.count])
        return file
    }

    /// Collective.
    ///
    /// The state in the file; a new one where there is none.
    private func resumed(
        _ notes: [String: String], _ shape: [Int], _ world: borrowing Communicator
    ) throws -> State {
        let bytes = try world.broadcast(
            try world.together {
                guard resumes, world.rank == 0, Folder.isFile(path) else { return [] }
                return try Storage.readBytes(of: path)
            })
        guard !bytes.isEmpty else { return State() }
        return try world.together {
            let file = try SafetensorsFile(bytes: bytes, name: path)
            let encoders = try Model(file, path).autoEncoders(path)
            for (key, value) in notes.sorted(by: { $0.key < $1.key })
            where file.metadata[key] != value {
                throw dataFault(
                    path,
                    "was trained with \(key) `\(file.metadata[key] ?? "unknown")`, but this command "
                        + "says `\(value)`; go on with the same options, or leave --resume out")
            }
            var state = State()
            for number in encoders.indices {
                guard let values = file.tensors["autoencoder.\(number).losses"]?.doubles,
                    values.count % 2 == 0
                else { throw dataFault(path, "lacks the tensor `autoencoder.\(number).losses`") }
                state.losses.append(
                    stride(from: 0, to: values.count, by: 2).map {
                        AutoEncoderTraining.EpochLoss(error: values[$0], penalty: values[$0 + 1])
                    })
            }
            guard let values = file.tensors["autoencoder.values"]?.doubles else {
                state.finished = encoders
                return state
            }
            state.finished = Array(encoders.dropLast())
            let last = encoders[encoders.count - 1]
            let weights = last.visibleCount * last.hiddenCount
            let count = weights + last.visibleCount + last.hiddenCount
            guard values.count == count,
                let velocity = file.tensors["autoencoder.velocity"]?.doubles,
                velocity.count == count
            else {
                throw dataFault(
                    path,
                    "its tensors `autoencoder.values` and `autoencoder.velocity` do not have "
                        + "the \(count) values of its last layer")
            }
            let encoder = AutoEncoder(
                output: last.output,
                weights: Matrix(
                    rows: last.visibleCount, columns: last.hiddenCount,
                    elements: Array(values[..<weights])),
                visibleBias: Array(values[weights..<weights + last.visibleCount]),
                hiddenBias: Array(values[(weights + last.visibleCount)...]))
            state.training = AutoEncoderTraining(
                plan: plan, layer: encoders.count - 1, encoder: encoder, velocity: velocity,
                losses: state.losses.removeLast())
            return state
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
        _ encoders: [AutoEncoder], losses: [[AutoEncoderTraining.EpochLoss]],
        plan: AutoEncoderTraining.Plan, cases: Int, path: String, seconds: Double
    ) {
        self.cases = cases
        loss = plan.loss.error.rawValue
        contraction = plan.loss.contraction
        corruption = plan.corruption
        epochs = plan.epochs
        layers = zip(encoders, losses).map { encoder, losses in
            Layer(
                visible: encoder.visibleCount, hidden: encoder.hiddenCount,
                output: encoder.output.rawValue, errors: losses.map(\.error),
                penalties: losses.map(\.penalty))
        }
        self.seconds = seconds
        self.path = path
    }

    public var table: Table {
        var table = Table(
            "auto-encoder of \(cases) cases, \(loss) error, contraction \(shortest(contraction)), "
                + "corruption \(shortest(corruption))")
        table.columns(
            .right("layer"), "units", .left("output"), "first error", "last error", "penalty")
        for (number, layer) in layers.enumerated() {
            table.row(
                "\(number)", "\(layer.visible)–\(layer.hidden)", layer.output,
                decimal(layer.errors.first, 4), decimal(layer.errors.last, 4),
                decimal(layer.penalties.last, 4))
        }
        table.line("\(epochs) epochs a layer in \(decimal(seconds, 1)) s, written to \(path)")
        return table
    }
}
