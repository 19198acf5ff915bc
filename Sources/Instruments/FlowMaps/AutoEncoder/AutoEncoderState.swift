import Analysis
import Datasets
import FlowMaps
import ModelFiles
import Storage

/// What is known of a stack of auto-encoders after an epoch, and its file.
struct AutoEncoderState {
    /// The layers that are trained, as the file has them.
    private(set) var finished: [AutoEncoder] = []
    /// Their losses by epoch.
    private(set) var losses: [[AutoEncoderTraining.EpochLoss]] = []
    /// The layer in training; nil between layers.
    var training: AutoEncoderTraining?

    /// Before the first step.
    init() {}

    /// Rounds the layer in training to the file's float32, so that the layers above see what others
    /// will read.
    mutating func finish() {
        guard let training else { return }
        finished.append(AutoEncoder(training.encoder.machine, output: training.encoder.output))
        losses.append(training.losses)
        self.training = nil
    }

    /// The layer of the last epoch and its epochs, and the epochs of all layers; nil before the first.
    var place: (layer: Int, epochs: Int, total: Int)? {
        let counts = (losses + (training.map { [$0.losses] } ?? [])).map(\.count)
        guard let last = counts.last, last > 0 else { return nil }
        return (counts.count - 1, last, counts.reduce(0, +))
    }

    // MARK: The file

    /// The file of the model, with all that the training must remember.
    func file(shape: [Int], _ notes: [String: String]) -> SafetensorsFile {
        let encoders = finished + (training.map { [$0.encoder] } ?? [])
        var file = Model(layers: encoders.map(\.machine), imageShape: shape, notes: notes).file()
        let losses = losses + (training.map { [$0.losses] } ?? [])
        for (number, losses) in losses.enumerated() {
            file.tensors["autoencoder.\(number).losses"] = Tensor(
                doubles: losses.flatMap { [$0.error, $0.penalty] }, shape: [losses.count, 2])
        }
        guard let training else { return file }
        let encoder = training.encoder
        let values = encoder.weights.elements + encoder.visibleBias + encoder.hiddenBias
        file.tensors["autoencoder.values"] = Tensor(doubles: values, shape: [values.count])
        file.tensors["autoencoder.velocity"] = Tensor(
            doubles: training.velocity, shape: [values.count])
        return file
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: For messages.
    ///   - notes: What must be the same where a training goes on.
    /// - Throws: For a file of another kind, of other settings, or one that lacks something.
    init(
        _ file: SafetensorsFile, _ path: String, plan: AutoEncoderTraining.Plan,
        notes: [String: String]
    ) throws {
        let encoders = try Model(file, path).autoEncoders(path)
        for (key, value) in notes.sorted(by: { $0.key < $1.key })
        where file.metadata[key] != value {
            throw dataFault(
                path,
                "was trained with \(key) `\(file.metadata[key] ?? "unknown")`, but this command "
                    + "says `\(value)`; go on with the same options, or begin anew in another place"
            )
        }
        for number in encoders.indices {
            guard let values = file.tensors["autoencoder.\(number).losses"]?.doubles,
                values.count % 2 == 0
            else { throw dataFault(path, "lacks the tensor `autoencoder.\(number).losses`") }
            losses.append(
                stride(from: 0, to: values.count, by: 2).map {
                    AutoEncoderTraining.EpochLoss(error: values[$0], penalty: values[$0 + 1])
                })
        }
        guard let values = file.tensors["autoencoder.values"]?.doubles else {
            finished = encoders
            return
        }
        finished = Array(encoders.dropLast())
        let last = encoders[encoders.count - 1]
        let weights = last.visibleCount * last.hiddenCount
        let count = weights + last.visibleCount + last.hiddenCount
        guard values.count == count,
            let velocity = file.tensors["autoencoder.velocity"]?.doubles, velocity.count == count
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
        training = AutoEncoderTraining(
            plan: plan, layer: encoders.count - 1, encoder: encoder, velocity: velocity,
            losses: losses.removeLast())
    }
}
