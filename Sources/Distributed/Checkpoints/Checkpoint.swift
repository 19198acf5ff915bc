public import RBMCore
public import Storage

/// A training run at one moment: the layers that are done, and the state of the one in training.
///
/// Nothing in it belongs to a rank: any number of ranks goes on from it.
public struct Checkpoint: Sendable {
    public var finished: [RBM]
    public var visibleUnits: any UnitKind
    public var hiddenUnits: any UnitKind
    public var state: LayerState
    /// The share of hidden units that dropout keeps; those who use the model scale its weights.
    public var keepProbability: Float
    public var imageShape: [Int]
    /// How real data are standardized; nil for not at all.
    public var standardization: Standardization?
    /// Updates of all layers together.
    public var totalSteps: Int
    public var seed: UInt64
    /// The resolved configuration of the run.
    public var configuration: String

    public init(
        finished: [RBM], visibleUnits: any UnitKind, hiddenUnits: any UnitKind, state: LayerState,
        keepProbability: Float = 1, imageShape: [Int], standardization: Standardization? = nil,
        totalSteps: Int, seed: UInt64, configuration: String
    ) {
        self.finished = finished
        self.visibleUnits = visibleUnits
        self.hiddenUnits = hiddenUnits
        self.state = state
        self.keepProbability = keepProbability
        self.imageShape = imageShape
        self.standardization = standardization
        self.totalSteps = totalSteps
        self.seed = seed
        self.configuration = configuration
    }

    /// Which layer is in training, from 0.
    public var layer: Int { finished.count }

    /// The file of the checkpoint.
    public func file() -> SafetensorsFile {
        let current = RBM(
            visibleUnits: visibleUnits, hiddenUnits: hiddenUnits, parameters: state.parameters)
        var file = Model(
            layers: finished + [current], imageShape: imageShape,
            standardization: standardization,
            notes: [
                "layer": "\(layer)", "step": "\(state.step)", "total_steps": "\(totalSteps)",
                "seed": "\(seed)", "configuration": configuration,
            ]
        ).file()
        file.set(state.tree)
        if keepProbability < 1 {
            file.metadata["layers.\(layer).keep_probability"] = "\(keepProbability)"
        }
        if let watch = state.earlyStop { file.set(watch, layer: layer) }
        return file
    }

    /// Reads a checkpoint.
    public init(path: String) throws(StorageError) {
        try self.init(SafetensorsFile(path: path), path)
    }

    /// Takes a checkpoint out of a file's contents; `path` is for messages.
    public init(_ file: SafetensorsFile, _ path: String) throws(StorageError) {
        let reader = LayerReader(file: file, path: path)
        let model = try Model(file, path)
        func number(_ key: String) throws(StorageError) -> Int {
            guard let value = file.metadata[key].flatMap({ Int($0) }), value >= 0 else {
                throw reader.fault(
                    "is no checkpoint: its metadata lack the number `\(key)`"
                        + " (a model cannot be resumed)")
            }
            return value
        }
        let layer = try number("layer")
        guard layer == model.layers.count - 1 else {
            throw reader.fault(
                "says that layer \(layer) is in training, but holds \(model.layers.count) layers")
        }
        guard let seed = file.metadata["seed"].flatMap({ UInt64($0) }),
            let configuration = file.metadata["configuration"]
        else {
            throw reader.fault("is no checkpoint: its metadata lack `seed` or `configuration`")
        }
        let prefix = "layers.\(layer)"
        let current = try reader.parameters(prefix)
        let tree = try StateTree(
            file, prefix: "\(prefix).", except: Set(current.parts.map(\.name)), path)
        func optional(_ part: String) throws(StorageError) -> Parameters? {
            do throws(StateFault) {
                return try tree.parameters(part, like: current)
            } catch {
                throw reader.fault(error.problem)
            }
        }
        // Known to be good before it is needed: else the checkpoint before this one is taken.
        for part in ["velocity", "average"] { _ = try optional(part) }
        self.init(
            finished: Array(model.layers.dropLast()),
            visibleUnits: model.layers[layer].visibleUnits,
            hiddenUnits: model.layers[layer].hiddenUnits,
            state: LayerState(
                step: try number("step"), parameters: current, tree: tree,
                earlyStop: try reader.earlyStop(layer, best: try optional("best"))),
            keepProbability: try reader.keepProbability(layer),
            imageShape: model.imageShape, standardization: model.standardization,
            totalSteps: try number("total_steps"), seed: seed,
            configuration: configuration)
    }
}
