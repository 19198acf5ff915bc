import Analysis
import Datasets
import FlowMaps
import ModelFiles
import Storage

/// What is known of a stack of auto-encoders after a step, and its file.
struct AutoEncoderState {
    /// The layers that are trained, as the file has them.
    private(set) var finished: [AutoEncoder] = []
    /// Their losses by epoch.
    private(set) var losses: [[AutoEncoderTraining.EpochLoss]] = []
    /// The errors of held-out cases by layer and epoch, those of the layer in training included.
    private(set) var heldOut: [[HeldOutError]] = []
    /// The layer in training; nil between layers.
    var training: AutoEncoderTraining?

    /// The setting that says which cases are held out.
    static let heldOutNote = "autoencoder.held_out"

    /// Before the first step.
    init() {}

    /// Keeps what an epoch of the layer in training left.
    mutating func append(_ error: HeldOutError) {
        while heldOut.count <= finished.count { heldOut.append([]) }
        heldOut[finished.count].append(error)
    }

    /// Rounds the layer in training to the file's float32, so that the layers above see what others
    /// will read.
    mutating func finish() {
        guard let training else { return }
        finished.append(AutoEncoder(training.encoder.machine, output: training.encoder.output))
        losses.append(training.losses)
        self.training = nil
    }

    /// The layer of the last step, how many steps of it are done, and how many of all layers; nil before the
    /// first.
    ///
    /// - Parameter perEpoch: The steps of an epoch.
    func place(perEpoch: Int) -> (layer: Int, step: Int, total: Int)? {
        let below = losses.reduce(0) { $0 + $1.count } * perEpoch
        guard let training else {
            guard let last = losses.last else { return nil }
            return (losses.count - 1, last.count * perEpoch, below)
        }
        let step = training.losses.count * perEpoch + training.part.batches
        return (losses.count, step, below + step)
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
        for (number, errors) in heldOut.enumerated() where !errors.isEmpty {
            file.tensors["autoencoder.\(number).held_out"] = Tensor(
                doubles: errors.flatMap { [$0.heldOut, $0.training] }, shape: [errors.count, 2])
        }
        guard let training else { return file }
        let encoder = training.encoder
        let values = encoder.weights.elements + encoder.visibleBias + encoder.hiddenBias
        file.tensors["autoencoder.values"] = Tensor(doubles: values, shape: [values.count])
        file.tensors["autoencoder.velocity"] = Tensor(
            doubles: training.velocity, shape: [values.count])
        if training.part != .none {
            let (part, sums) = (training.part, training.part.sums)
            file.tensors["autoencoder.part"] = Tensor(
                doubles: [Double(part.batches), sums.error, sums.penalty], shape: [3])
        }
        return file
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: For messages.
    ///   - notes: What must be the same where a training goes on.
    ///   - perEpoch: The steps of an epoch.
    /// - Throws: For a file of another kind, of other settings, or one that lacks something.
    init(
        _ file: SafetensorsFile, _ path: String, plan: AutoEncoderTraining.Plan,
        notes: [String: String], perEpoch: Int
    ) throws {
        let encoders = try Model(file, path).autoEncoders(path)
        // Settings of its own that this command does not have differ, too.
        let own = file.metadata.keys.filter { $0.hasPrefix("autoencoder.") }
        for key in Set(notes.keys).union(own).sorted() where file.metadata[key] != notes[key] {
            throw dataFault(
                path,
                "was trained with \(key) `\(file.metadata[key] ?? "none")`, but this command "
                    + "says `\(notes[key] ?? "none")`; go on with the same options, or begin anew in "
                    + "another place"
            )
        }
        func pairs(_ name: String) throws -> [(Double, Double)]? {
            guard let tensor = file.tensors[name] else { return nil }
            guard let values = tensor.doubles, values.count % 2 == 0 else {
                throw dataFault(path, "its tensor `\(name)` does not have pairs of F64")
            }
            return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
        }
        for number in encoders.indices {
            guard let found = try pairs("autoencoder.\(number).losses") else {
                throw dataFault(path, "lacks the tensor `autoencoder.\(number).losses`")
            }
            losses.append(found.map { AutoEncoderTraining.EpochLoss(error: $0.0, penalty: $0.1) })
            let errors = try pairs("autoencoder.\(number).held_out") ?? []
            let measured = notes[Self.heldOutNote] == nil ? 0 : found.count
            guard errors.count == measured else {
                throw dataFault(
                    path,
                    "its tensor `autoencoder.\(number).held_out` has \(errors.count) epochs; expected "
                        + "\(measured)")
            }
            heldOut.append(errors.map { HeldOutError(heldOut: $0.0, training: $0.1) })
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
            losses: losses.removeLast(),
            part: try file.tensors["autoencoder.part"].map { try Self.part($0, path, perEpoch) }
                ?? .none)
    }

    /// The part of an epoch that a tensor holds.
    private static func part(
        _ tensor: Tensor, _ path: String, _ perEpoch: Int
    ) throws -> AutoEncoderTraining.EpochPart {
        guard let values = tensor.doubles, values.count == 3,
            let batches = Int(exactly: values[0]), (1..<max(2, perEpoch)).contains(batches)
        else {
            throw dataFault(
                path,
                "its tensor `autoencoder.part` does not hold a number of batches below \(perEpoch) and "
                    + "the sums of their losses")
        }
        return AutoEncoderTraining.EpochPart(
            batches: batches,
            sums: AutoEncoderTraining.EpochLoss(error: values[1], penalty: values[2]))
    }
}
