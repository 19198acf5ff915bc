public import RBMCore
public import Storage

/// A training run at one moment: a model, and what the training remembers beside it.
///
/// Nothing in it belongs to a rank: any number of ranks goes on from it.
public struct Checkpoint: Sendable, Equatable {
    /// The finished layers, and on top the layer in training with its parameters of the moment: with the
    /// hidden columns of this process.
    ///
    /// Under dropout these are the parameters of the units of one step; those who use the model scale
    /// them.
    public let layers: [RBM]

    /// Which hidden columns of each layer this process has.
    public let slices: [HiddenSlice]

    /// The shape of a case, slowest index first.
    public let imageShape: [Int]

    /// How real data were standardized; nil for not at all.
    public let standardization: Standardization?

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
        try self.init(
            model.layers, model.layers.map { HiddenSlice(whole: $0.hiddenCount) },
            model.imageShape, model.standardization, state)
    }

    private init(
        _ layers: [RBM], _ slices: [HiddenSlice], _ imageShape: [Int],
        _ standardization: Standardization?, _ state: StateTree
    ) throws(StateFault) {
        let layer = try state.count("layer")
        guard layer == layers.count - 1 else {
            throw StateFault(
                problem: "says that layer \(layer) is in training, but holds "
                    + "\(layers.count) layers")
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
        self.layers = layers
        self.slices = slices
        self.imageShape = imageShape
        self.standardization = standardization
        self.state = state
    }

    /// Which layer is in training, from 0.
    public var layer: Int { layers.count - 1 }

    /// The layers that are done, with the hidden columns of this process.
    public var finished: [RBM] { Array(layers.dropLast()) }

    /// The layer in training, with the hidden columns of this process.
    public var current: RBM { layers[layer] }

    /// The layers as a model without notes.
    ///
    /// - Precondition: This process has all hidden columns.
    public var model: Model {
        precondition(slices.allSatisfy(\.isWhole), "a process has some columns only: \(slices)")
        return Model(layers: layers, imageShape: imageShape, standardization: standardization)
    }

    /// The units of the layers, with the hidden columns of all processes.
    public var units: [LayerUnits] {
        zip(layers, slices).map { layer, slice in
            LayerUnits(
                visible: layer.visibleCount, visibleKind: layer.visibleUnits, hidden: slice.total,
                hiddenKind: layer.hiddenUnits)
        }
    }

    /// What the names of the tensors of a layer in training begin with, such as `layers.0.`.
    public static func prefix(ofLayer layer: Int) -> String { "layers.\(layer)." }

    /// The layer in training on its own states, with the hidden columns of this process.
    public var spec: LayerSpec {
        let (layer, slice) = (current, slices[layer])
        let whole = LayerSpec(
            visible: layer.visibleCount, hidden: slice.total, visibleUnits: layer.visibleUnits,
            hiddenUnits: layer.hiddenUnits, encoding: layer.visibleUnits.stateEncoding)
        return LayerSpec(whole, slice: slice)
    }

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
        try self.init(LayerReader(file: file, path: path), hidden: nil, cut: [], slices: nil)
    }

    /// Takes a checkpoint out of what this process has read of it; `path` is for messages.
    ///
    /// - Parameter slices: The hidden columns of this process, for each layer of the file.
    public init(
        _ columns: ModelColumns, _ path: String, slices: [HiddenSlice]
    ) throws(StorageError) {
        let reader = LayerReader(
            file: columns.file, path: path, weights: columns.weights, names: columns.names)
        try self.init(
            reader, hidden: slices.map(\.total), cut: columns.cut, slices: slices)
    }

    /// - Parameters:
    ///   - hidden: The hidden columns of all processes, of each layer; nil where this one has them all.
    ///   - cut: The tensors of which only the columns of this process are there.
    private init(
        _ reader: LayerReader, hidden: [Int]?, cut: Set<String>, slices: [HiddenSlice]?
    ) throws(StorageError) {
        let model = try ModelSlices(reader, hidden: hidden)
        let layer = model.layers.count - 1
        let prefix = Self.prefix(ofLayer: layer)
        // The layer as it is in training, and not as it is used.
        let used = model.layers[layer]
        let current = RBM(
            visibleUnits: used.visibleUnits, hiddenUnits: used.hiddenUnits,
            parameters: try reader.parameters("layers.\(layer)"))
        var state = try StateTree(
            reader.file, prefix: prefix, except: Set(current.parameters.parts.map(\.name)),
            reader.path)
        try state.add(
            reader.weights.filter { $0.key != prefix + "weights" }, prefix: prefix, reader.path)
        state.cutTensors = Set(
            cut.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) })
        for (name, text) in model.notes { state.note(text, name) }
        let keep = try reader.keepProbability(layer)
        if keep < 1 { state.noteKeepProbability(keep) }
        let layers = Array(model.layers.dropLast()) + [current]
        guard slices.map({ $0.count == layers.count }) ?? true else {
            throw reader.fault("has \(layers.count) layers, not all of which have their shapes")
        }
        do throws(StateFault) {
            try self.init(
                layers, slices ?? layers.map { HiddenSlice(whole: $0.hiddenCount) },
                model.imageShape, model.standardization, state)
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
