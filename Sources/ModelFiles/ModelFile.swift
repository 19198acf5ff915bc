public import RBMCore
public import Storage

/// A stack of layers as a safetensors file, with what is known of its making.
public struct Model: Sendable, Equatable {
    public let stack: DBN

    /// The layers, lowest first.
    public var layers: [RBM] { stack.layers }

    /// The shape of a case, slowest index first, such as [28, 28]; its product is the number of
    /// visible units, each of which may take several columns.
    public var imageShape: [Int]

    /// How real data were standardized before the first layer saw them; nil for not at all.
    public var standardization: Standardization?

    /// What else the file says: step, seed, the resolved configuration.
    public var notes: [String: String]

    public init(
        layers: [RBM], imageShape: [Int], standardization: Standardization? = nil,
        notes: [String: String] = [:]
    ) {
        stack = DBN(layers: layers)
        self.imageShape = imageShape
        self.standardization = standardization
        self.notes = notes
    }

    /// The most layers of a model; random numbers tell a few more apart.
    static let mostLayers = 100

    /// The most dimensions of a case, as in NumPy of old.
    static let mostDimensions = 32

    /// Reads a model, or the model in a checkpoint: the average of the layer in training, where
    /// there is one.
    ///
    /// A file from elsewhere needs no more than the three tensors of each layer and its two kinds.
    public init(path: String) throws(StorageError) {
        try self.init(SafetensorsFile(path: path), path)
    }

    /// Takes a model out of a file's contents; `path` is for messages.
    public init(_ file: SafetensorsFile, _ path: String) throws(StorageError) {
        let read = try ModelSlices(LayerReader(file: file, path: path), hidden: nil)
        stack = DBN(layers: read.layers)
        imageShape = read.imageShape
        standardization = read.standardization
        notes = read.notes
    }
}

extension LayeredModel {
    /// The file of the model, without the weights of layers that processes divide.
    public func file() -> SafetensorsFile {
        var file = SafetensorsFile(metadata: notes, tensors: [:])
        file.metadata["format"] = "wilson-1"
        file.metadata["image_shape"] = imageShape.map { "\($0)" }.joined(separator: ",")
        for (index, layer) in machines.enumerated() { file.set(layer, at: index) }
        let states = machines[0].visibleUnits.columns
        if states > 1 { file.metadata["data.categories"] = "\(states)" }
        if let standardization {
            let shape = [standardization.means.count]
            file.tensors["data.mean"] = Tensor(floats: standardization.means, shape: shape)
            file.tensors["data.deviation"] = Tensor(
                floats: standardization.deviations, shape: shape)
            if let rests = standardization.rests {
                file.tensors["data.mean_rest"] = Tensor(floats: rests, shape: shape)
            }
        }
        return file
    }

    /// The weights of layers that processes divide, by the names of their tensors.
    public var dividedWeights: [String: (layer: any Machine, shape: [Int])] {
        var result: [String: (layer: any Machine, shape: [Int])] = [:]
        for (index, layer) in machines.enumerated() where layer.group != nil {
            result["layers.\(index).weights"] = (layer, [layer.visibleCount, layer.hiddenCount])
        }
        return result
    }
}

extension SafetensorsFile {
    /// Adds a layer's kinds and parameters, without weights that processes divide.
    mutating func set(_ layer: any Machine, at index: Int) {
        metadata["layers.\(index).visible_units"] = layer.visibleUnits.name
        metadata["layers.\(index).hidden_units"] = layer.hiddenUnits.name
        for (side, kind) in [("visible", layer.visibleUnits), ("hidden", layer.hiddenUnits)]
        where kind.columns > 1 {
            metadata["layers.\(index).\(side)_categories"] = "\(kind.columns)"
        }
        guard layer.group != nil else { return set(layer.own.parameters, "layers.\(index)") }
        for (side, biases) in [
            ("visible", layer.visibleBiases), ("hidden", layer.allHiddenBiases),
        ] {
            tensors["layers.\(index).\(side)_bias"] = Tensor(
                floats: biases, shape: [biases.count])
        }
    }

    /// Adds the tensors of parameters.
    mutating func set(_ parameters: Parameters, _ prefix: String) {
        for part in parameters.parts {
            tensors["\(prefix).\(part.name)"] = Tensor(
                floats: Array(parameters.values[part.range]), shape: part.shape)
        }
    }
}

/// Reads the layers of a safetensors file, and says what is wrong with them.
struct LayerReader {
    let file: SafetensorsFile
    let path: String
    /// Weights of which this process has read some columns, by the names of their tensors.
    var weights: [String: (values: [Float], shape: [Int])] = [:]
    /// The names of all tensors of the file, where `file` lacks some; nil where it has all.
    var names: Set<String>?

    func fault(_ problem: String) -> StorageError { StorageError(.badFile, path, problem) }

    func checkFormat() throws(StorageError) {
        guard let format = file.metadata["format"], format.hasPrefix("wilson-") else { return }
        guard format == "wilson-1" else {
            throw fault("is of the format `\(format)`; this program reads `wilson-1`")
        }
    }

    func hasLayer(_ index: Int) -> Bool { has("layers.\(index).weights") }

    private func has(_ tensor: String) -> Bool {
        names?.contains(tensor) ?? (file.tensors[tensor] != nil)
    }

    /// The model of a layer: its average where the file holds one, with all units.
    func layer(_ index: Int) throws(StorageError) -> RBM {
        let averaged = has("layers.\(index).average.weights")
        let visible = try units(
            index, "visible", among: index == 0 ? UnitKinds.all : UnitKinds.hidden)
        // Units above take states that can be counted.
        let hidden = try units(
            index, "hidden", among: hasLayer(index + 1) ? UnitKinds.hidden : UnitKinds.all)
        let parameters = try parameters("layers.\(index)" + (averaged ? ".average" : ""))
        try checkColumns(parameters.visibleCount, of: visible, index, "visible")
        try checkColumns(parameters.hiddenCount, of: hidden, index, "hidden")
        return RBM(
            visibleUnits: visible, hiddenUnits: hidden,
            parameters: parameters.withAllUnits(keepProbability: try keepProbability(index)))
    }

    /// The data must have as many states as the units that see them.
    func checkCategories(_ first: RBM) throws(StorageError) {
        let states = first.visibleUnits.columns
        guard let text = file.metadata["data.categories"], states == 1 || text != "\(states)" else {
            return
        }
        throw fault(
            "its metadata say `data.categories` is `\(text)`, but its visible units are "
                + first.visibleUnits.counted(columns: first.visibleCount))
    }

    /// Units must have all their columns.
    private func checkColumns(
        _ count: Int, of kind: any UnitKind, _ index: Int, _ side: String
    ) throws(StorageError) {
        guard !count.isMultiple(of: kind.columns) else { return }
        throw fault(
            "`layers.\(index).\(side)_bias` has \(count) values, which are not those of whole units "
                + "of \(kind.columns) states, as `layers.\(index).\(side)_categories` says")
    }

    func parameters(_ prefix: String) throws(StorageError) -> Parameters {
        let weights = try tensor("\(prefix).weights", rank: 2)
        let visible = try tensor("\(prefix).visible_bias", rank: 1)
        let hidden = try tensor("\(prefix).hidden_bias", rank: 1)
        // A process may hold no column of a divided layer.
        let isDivided = self.weights["\(prefix).weights"] != nil
        guard weights.shape == [visible.shape[0], hidden.shape[0]], !visible.values.isEmpty,
            isDivided || !hidden.values.isEmpty
        else {
            throw fault(
                "`\(prefix).weights` has the shape \(weights.shape), but there are "
                    + "\(visible.shape[0]) visible and \(hidden.shape[0]) hidden biases; weights "
                    + "are [visible, hidden]")
        }
        let parameters = Parameters(
            weights: weights.values, visibleBias: visible.values, hiddenBias: hidden.values,
            logVariances: try floats(
                "\(prefix).visible_log_variance", count: visible.shape[0]))
        guard parameters.isFinite else {
            throw fault("`\(prefix)` holds values that are infinite or not a number")
        }
        return parameters
    }

    /// Checks that a layer takes what the layer below it gives.
    ///
    /// - Parameters:
    ///   - columns: The hidden columns of the layer below, those of all processes.
    ///   - place: The place of the layer below in the stack, from 0.
    func checkJoint(
        of below: RBM, columns: Int, to above: RBM, at place: Int
    ) throws(StorageError) {
        guard columns == above.visibleCount, below.hiddenUnits == above.visibleUnits else {
            throw fault(
                "layer \(place) has "
                    + below.hiddenUnits.counted(columns: columns, side: "hidden")
                    + " units, but layer \(place + 1) has "
                    + above.visibleUnits.counted(columns: above.visibleCount, side: "visible")
                    + " units; they must be the same")
        }
    }

    func imageShape(visible: Int) throws(StorageError) -> [Int] {
        guard let text = file.metadata["image_shape"] else { return [visible] }
        let dimensions = text.utf8.count { $0 == UInt8(ascii: ",") } + 1
        guard dimensions <= Model.mostDimensions else {
            throw fault(
                "its image_shape has \(dimensions) dimensions; expected at most "
                    + "\(Model.mostDimensions)")
        }
        let shape = text.split(separator: ",").map { Int($0) ?? 0 }
        let product = shape.reduce((1, false)) { partial, factor in
            let (value, overflow) = partial.0.multipliedReportingOverflow(by: factor)
            return (value, partial.1 || overflow)
        }
        guard !shape.isEmpty, shape.allSatisfy({ $0 > 0 }), !product.1, product.0 == visible else {
            throw fault("its image_shape `\(text)` does not make \(visible) visible units")
        }
        return shape
    }

    /// How the data were standardized; nil for not at all.
    func standardization(of first: RBM) throws(StorageError) -> Standardization? {
        guard file.tensors["data.mean"] != nil || file.tensors["data.deviation"] != nil else {
            return nil
        }
        guard first.visibleUnits.stateEncoding == .float32 else {
            throw fault("standardizes its data, but its visible units are \(first.visibleUnits)")
        }
        guard let means = try floats("data.mean", count: first.visibleCount),
            let deviations = try floats("data.deviation", count: first.visibleCount),
            deviations.allSatisfy({ $0 > 0 })
        else {
            throw fault(
                "needs both `data.mean` and `data.deviation`, F32 of shape [\(first.visibleCount)], "
                    + "deviations above 0")
        }
        let rests = try floats("data.mean_rest", count: first.visibleCount)
        return Standardization(means: means, deviations: deviations, rests: rests)
    }

    private func units(
        _ index: Int, _ side: String, among kinds: [any UnitKind]
    ) throws(StorageError) -> any UnitKind {
        let key = "layers.\(index).\(side)_units"
        let allowed = kinds.map(\.name).joined(separator: " or ")
        guard let text = file.metadata[key] else {
            throw fault("its metadata lack `\(key)`: \(allowed)")
        }
        guard let kind = kinds.first(where: { $0.name == text }) else {
            throw fault("its metadata say `\(key)` is `\(text)`; this program knows \(allowed)")
        }
        guard kind.columns > 1 else { return kind }
        let statesKey = "layers.\(index).\(side)_categories"
        let states = Categorical.allowedStates
        guard let number = file.metadata[statesKey] else {
            throw fault(
                "its metadata lack `\(statesKey)`, how many states a \(text) unit has: "
                    + "\(states.lowerBound) to \(states.upperBound)")
        }
        guard let number = Int(number), states.contains(number),
            let counted = UnitKinds.kind(named: text, states: number)
        else {
            throw fault(
                "its metadata say `\(statesKey)` is `\(number)`; expected a number of states from "
                    + "\(states.lowerBound) to \(states.upperBound)")
        }
        return counted
    }

    private func tensor(
        _ name: String, rank: Int
    ) throws(StorageError) -> (shape: [Int], values: [Float]) {
        if let columns = weights[name] { return (columns.shape, columns.values) }
        guard let tensor = file.tensors[name] else { throw fault("lacks the tensor `\(name)`") }
        guard let values = tensor.floats(), tensor.shape.count == rank else {
            throw fault(
                "`\(name)` is \(tensor.elementType.rawValue) of shape \(tensor.shape); expected F32 "
                    + "of \(rank) dimension\(rank == 1 ? "" : "s")")
        }
        return (tensor.shape, values)
    }
}
