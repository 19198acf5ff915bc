public import RBMCore
public import Storage

/// A training run at one moment: a model, and what the training remembers beside it.
///
/// Nothing in it belongs to a rank: any number of ranks goes on from it.
public struct Checkpoint: Sendable, Equatable {
    /// The finished layers, and on top the layer in training with its parameters of the moment.
    ///
    /// Under dropout these are the parameters of the units of one step; those who use the model scale
    /// them. The model has no notes.
    public let model: Model

    /// What the components of the training, the loop and the run have written to go on.
    public let state: StateTree

    /// How many updates of the layer in training have been made.
    public let step: Int

    /// Updates of all layers together.
    public let totalSteps: Int

    /// The resolved configuration of the run.
    public let configuration: String

    /// Creates a checkpoint.
    ///
    /// - Parameters:
    ///   - model: Without notes.
    ///   - state: With the notes `layer`, `step`, `total_steps`, `seed` and `configuration`.
    /// - Throws: If a note is missing, or does not belong to the model.
    public init(_ model: Model, _ state: StateTree) throws(StateFault) {
        let layer = try state.count("layer")
        guard layer == model.layers.count - 1 else {
            throw StateFault(
                problem: "says that layer \(layer) is in training, but holds "
                    + "\(model.layers.count) layers")
        }
        guard state.notes["seed"].flatMap({ UInt64($0) }) != nil,
            let configuration = state.notes["configuration"]
        else {
            throw StateFault(
                problem: "is no checkpoint: its metadata lack `seed` or `configuration`")
        }
        step = try state.count("step")
        totalSteps = try state.count("total_steps")
        // The steps of a layer are numbered in 32 bits, and a run adds to their sum.
        guard step < 1 << 32, totalSteps >= step, totalSteps < 1 << 40 else {
            throw StateFault(
                problem: "says that \(step) steps of its layer and \(totalSteps) of all were made; "
                    + "no run comes there")
        }
        self.configuration = configuration
        self.model = model
        self.state = state
    }

    /// Which layer is in training, from 0.
    public var layer: Int { model.layers.count - 1 }

    /// The layers that are done.
    public var finished: [RBM] { Array(model.layers.dropLast()) }

    /// The layer in training.
    public var current: RBM { model.layers[layer] }

    /// What the names of the tensors of a layer in training begin with, such as `layers.0.`.
    public static func prefix(ofLayer layer: Int) -> String { "layers.\(layer)." }

    // MARK: Files

    /// The file of the checkpoint.
    public func file() -> SafetensorsFile {
        var file = model.file()
        file.set(state)
        return file
    }

    /// Reads a checkpoint.
    public init(path: String) throws(StorageError) {
        try self.init(SafetensorsFile(path: path), path)
    }

    /// Takes a checkpoint out of a file's contents; `path` is for messages.
    ///
    /// What the model does not hold is the state; whether it is good is for the components to say,
    /// when they restore themselves.
    public init(_ file: SafetensorsFile, _ path: String) throws(StorageError) {
        let reader = LayerReader(file: file, path: path)
        var model = try Model(file, path)
        let layer = model.layers.count - 1
        let prefix = Self.prefix(ofLayer: layer)
        // The layer as it is in training, and not as it is used.
        let used = model.layers[layer]
        let current = RBM(
            visibleUnits: used.visibleUnits, hiddenUnits: used.hiddenUnits,
            parameters: try reader.parameters("layers.\(layer)"))
        var state = try StateTree(
            file, prefix: prefix, except: Set(current.parameters.parts.map(\.name)), path)
        for (name, text) in model.notes { state.note(text, name) }
        let keep = try reader.keepProbability(layer)
        if keep < 1 { state.noteKeepProbability(keep) }
        model = Model(
            layers: model.layers.dropLast() + [current], imageShape: model.imageShape,
            standardization: model.standardization)
        do throws(StateFault) {
            try self.init(model, state)
        } catch {
            throw reader.fault(error.problem)
        }
    }
}

extension StateTree {
    /// Adds the share of hidden units that dropout keeps, by which those who use the layer scale it.
    public mutating func noteKeepProbability(_ probability: Float) {
        note("\(probability)", "\(prefix)keep_probability")
    }
}
