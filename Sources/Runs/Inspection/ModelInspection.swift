import ModelFiles
import RBMCore
public import Reports
public import Storage

/// What a model or checkpoint file holds.
public struct ModelInspection: Report, Sendable {
    /// `model` or `checkpoint`.
    public let kind: String
    public let file: String
    /// The file's word for its format; nil in a file from elsewhere.
    public let format: String?
    /// Whether the file has checksums, all of which match; false when it has none.
    public let checksumsVerified: Bool
    public let imageShape: [Int]
    /// Updates so far: of the layer in training for a checkpoint, of all layers for a model.
    public let step: Int?
    public let seed: UInt64?
    /// The parameters of all layers.
    public let parameters: Int
    public let layers: [LayerSummary]
    /// What a checkpoint alone holds.
    public let training: TrainingState?
    /// The resolved configuration of the run.
    public let configuration: String?

    /// The state of a run, in a checkpoint.
    public struct TrainingState: Sendable, Encodable, Equatable {
        /// Which layer is in training; its parameters are shown as averaged so far.
        public let layer: Int
        /// Updates of all layers together.
        public let totalSteps: Int
        /// Persistent chains; 0 under contrastive divergence.
        public let chains: Int
        /// Updates in the average of the parameters.
        public let averagedSteps: Int
        /// Whether the optimizer has a velocity.
        public let hasVelocity: Bool

        init(_ checkpoint: Checkpoint) {
            let state = checkpoint.state
            layer = checkpoint.layer
            totalSteps = checkpoint.totalSteps
            chains = state.tensors["chains"]?.shape.first ?? 0
            averagedSteps = state.notes["averaged"].flatMap { Int($0) } ?? 0
            hasVelocity = state.tensors["velocity.weights"] != nil
        }
    }

    /// The model itself, whose weights are pictures.
    @NotEncoded private(set) var model: Model
    /// The file of the filters that were drawn, and how many they are.
    @NotEncoded var filters: String?

    /// Reads a file, verifies what can be verified, and measures the parameters.
    ///
    /// Throws `badFile`.
    public init(path: String) throws(StorageError) {
        let bytes = try Storage.readBytes(of: path)
        let contents = try SafetensorsFile(bytes: bytes, name: path)
        let model = try Model(contents, path)
        file = path
        format = contents.metadata["format"]
        checksumsVerified = Self.hasChecksums(bytes)
        imageShape = model.imageShape
        layers = model.layers.map(LayerSummary.init)
        parameters = model.layers.reduce(0) { $0 + $1.parameters.values.count }
        _model = NotEncoded(wrappedValue: model)
        seed = model.notes["seed"].flatMap { UInt64($0) }
        step = model.notes["step"].flatMap { Int($0) }
        configuration = model.notes["configuration"]
        if Self.isCheckpoint(contents) {
            let checkpoint = try Checkpoint(contents, path)
            try checkpoint.checkState(path)
            kind = "checkpoint"
            training = TrainingState(checkpoint)
        } else {
            kind = "model"
            training = nil
        }
    }

    /// A model does not say which layer is in training.
    private static func isCheckpoint(_ file: SafetensorsFile) -> Bool {
        file.metadata["layer"] != nil
    }

    /// Whether the header of a file that could be read holds checksums: one makes all necessary.
    private static func hasChecksums(_ bytes: [UInt8]) -> Bool {
        let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = String(decoding: bytes[8..<(8 + length)], as: UTF8.self)
        // In a string the quotation marks would be escaped.
        return header.contains("\"crc32.metadata\"")
    }

    public var table: Table {
        let checksums = checksumsVerified ? "checksums verified" : "no checksums to verify"
        var table = Table("\(file): a \(kind), \(format ?? "of no stated format"), \(checksums)")
        table.columns("", .left())
        table.row("  image shape", shapeText(imageShape))
        table.row("  layers", "\(layers.count)")
        table.row("  parameters", "\(parameters)")
        if let step { table.row("  step", "\(step)" + (training == nil ? "" : " of its layer")) }
        if let seed { table.row("  seed", "\(seed)") }
        if let training {
            let averaged =
                training.averagedSteps > 0
                ? "averaged over \(training.averagedSteps) updates" : "not averaged yet"
            table.row("  in training", "layer \(training.layer), \(averaged)")
            table.row("  all steps", "\(training.totalSteps)")
            table.row("  chains", "\(training.chains)")
            table.row("  velocity", training.hasVelocity ? "yes" : "no")
        }
        for (number, layer) in layers.enumerated() { layer.add(to: &table, number: number) }
        if configuration != nil {
            table.row("  configuration", "stored; --configuration prints it")
        }
        if let filters { table.row("  filters", filters) }
        return table
    }
}
