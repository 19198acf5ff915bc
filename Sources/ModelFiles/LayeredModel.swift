public import RBMCore
public import Storage

/// A stack of machines with what is known of its making: whole, or with hidden columns divided among
/// processes.
public protocol LayeredModel {
    /// The layers, lowest first.
    var machines: [any Machine] { get }
    /// The shape of a case, slowest index first.
    var imageShape: [Int] { get }
    /// How real data were standardized before the first layer saw them; nil for not at all.
    var standardization: Standardization? { get }
    /// What else the file says.
    var notes: [String: String] { get }
}

extension Model: LayeredModel {
    public var machines: [any Machine] { layers }
}

/// A model whose layers processes may divide.
public struct DividedModel: LayeredModel {
    public let machines: [any Machine]
    public let imageShape: [Int]
    public let standardization: Standardization?
    public var notes: [String: String]

    /// Takes machines, without notes.
    public init(machines: [any Machine], imageShape: [Int], standardization: Standardization?) {
        self.machines = machines
        self.imageShape = imageShape
        self.standardization = standardization
        notes = [:]
    }

    /// Takes a model that this process holds.
    public init(_ model: any LayeredModel) {
        self.init(model, machines: model.machines)
    }

    /// Takes the machines that the columns of several processes make.
    public init(_ read: ModelSlices, machines: [any Machine]) {
        self.machines = machines
        imageShape = read.imageShape
        standardization = read.standardization
        notes = read.notes
    }

    /// Takes some machines with all else of a model.
    public init(_ model: any LayeredModel, machines: [any Machine]) {
        self.machines = machines
        imageShape = model.imageShape
        standardization = model.standardization
        notes = model.notes
    }
}

/// What a process has read of a model's file: of the large layers its hidden columns.
public struct ModelColumns {
    /// The metadata of the file, and those of the model's tensors that are read whole.
    public var file: SafetensorsFile
    /// The columns of this process of the weights that are divided, by the names of their tensors; shape
    /// `[visible, columns]`.
    public var weights: [String: (values: [Float], shape: [Int])] = [:]
    /// The names of all tensors of which the columns of this process alone were read.
    public var cut: Set<String> = []
    /// The names of all tensors of the file.
    public let names: Set<String>

    public init(metadata: [String: String], names: Set<String>) {
        file = SafetensorsFile(metadata: metadata, tensors: [:])
        self.names = names
    }
}

/// A model of which a process has its hidden columns.
public struct ModelSlices {
    /// The layers with the columns of this process, lowest first.
    public let layers: [RBM]
    public let imageShape: [Int]
    public let standardization: Standardization?
    public let notes: [String: String]

    /// Takes the columns out of what was read; `path` is for messages.
    ///
    /// - Parameter hidden: The hidden columns of all processes, for each layer of the file.
    public init(
        _ columns: ModelColumns, _ path: String, hidden: [Int]
    ) throws(StorageError) {
        try self.init(
            LayerReader(
                file: columns.file, path: path, weights: columns.weights, names: columns.names),
            hidden: hidden)
    }

    /// - Parameter hidden: nil where this process has all columns.
    init(_ reader: LayerReader, hidden: [Int]?) throws(StorageError) {
        try reader.checkFormat()
        var layers: [RBM] = []
        while reader.hasLayer(layers.count) {
            guard layers.count < Model.mostLayers else {
                throw reader.fault(
                    "has more than \(Model.mostLayers) layers; this program reads no more")
            }
            let layer = try reader.layer(layers.count)
            if let below = layers.last {
                let place = layers.count - 1
                let columns = hidden.flatMap { $0.indices.contains(place) ? $0[place] : nil }
                try reader.checkJoint(
                    of: below, columns: columns ?? below.hiddenCount, to: layer, at: place)
            }
            layers.append(layer)
        }
        guard let first = layers.first else {
            throw reader.fault(
                "holds no tensor `layers.0.weights`; a model has it, `layers.0.visible_bias` and "
                    + "`layers.0.hidden_bias`")
        }
        self.layers = layers
        try reader.checkCategories(first)
        imageShape = try reader.imageShape(visible: first.visibleCount / first.visibleUnits.columns)
        standardization = try reader.standardization(of: first)
        notes = reader.file.metadata.filter { key, _ in
            !key.hasPrefix("crc32.") && !key.hasPrefix("layers.") && key != "format"
                && key != "image_shape" && key != "data.categories"
        }
    }
}

/// How the tensors of a model's file lie, as far as layers can be divided by it.
public struct ModelOutline {
    /// The tensors of a layer that can be divided among processes.
    public struct Layer {
        /// The names of the weights and of the hidden biases that a model has.
        public let weights: String
        public let hiddenBias: String
        public let visible: Int
        public let hidden: Int
        /// The columns of a hidden unit.
        public let hiddenUnit: Int
        /// Whether processes may divide the hidden columns: units of one column, whose sums are integers.
        public let isDivisible: Bool
    }

    /// The layers as far as their tensors have the shapes of a layer, lowest first.
    public let layers: [Layer]

    public init(_ outline: SafetensorsOutline) {
        var shapes: [String: [Int]] = [:]
        for tensor in outline.tensors where tensor.elementType == .f32 {
            shapes[tensor.name] = tensor.shape
        }
        var layers: [Layer] = []
        while layers.count < Model.mostLayers {
            let prefix = "layers.\(layers.count)"
            let isAveraged = shapes["\(prefix).average.weights"] != nil
            let source = prefix + (isAveraged ? ".average" : "")
            guard shapes["\(prefix).weights"] != nil, let shape = shapes["\(source).weights"],
                shape.count == 2, shape[0] > 0, shape[1] > 0,
                shapes["\(source).hidden_bias"] == [shape[1]]
            else { break }
            let kinds = ["visible", "hidden"].map { side in
                outline.metadata["\(prefix).\(side)_units"].flatMap {
                    UnitKinds.kind(named: $0, states: 2)
                }
            }
            layers.append(
                Layer(
                    weights: "\(source).weights", hiddenBias: "\(source).hidden_bias",
                    visible: shape[0], hidden: shape[1],
                    hiddenUnit: Self.columns(ofUnits: kinds[1], outline, prefix),
                    isDivisible: Self.isDivisible(kinds[0], kinds[1], shape)))
        }
        self.layers = layers
    }

    /// The columns of a hidden unit; 1 where the file does not say it in a way that a reader takes.
    private static func columns(
        ofUnits kind: (any UnitKind)?, _ outline: SafetensorsOutline, _ prefix: String
    ) -> Int {
        guard let kind, kind.columns > 1,
            let states = outline.metadata["\(prefix).hidden_categories"].flatMap({ Int($0) }),
            Categorical.allowedStates.contains(states)
        else { return 1 }
        return UnitKinds.kind(named: kind.name, states: states)?.columns ?? 1
    }

    /// The layer whose hidden columns are the last dimension of a tensor of a checkpoint: its weights and
    /// hidden biases, and what has their shape; nil for other tensors.
    public func layer(ofColumnsIn tensor: SafetensorsOutline.Entry) -> Int? {
        guard tensor.elementType == .f32, let columns = tensor.shape.last else { return nil }
        return layers.indices.first { place in
            let layer = layers[place]
            guard tensor.name.hasPrefix(Checkpoint.prefix(ofLayer: place)),
                columns == layer.hidden
            else { return false }
            return tensor.name.hasSuffix(".weights") && tensor.shape == [layer.visible, columns]
                || tensor.name.hasSuffix(".hidden_bias") && tensor.shape.count == 1
        }
    }

    private static func isDivisible(
        _ visible: (any UnitKind)?, _ hidden: (any UnitKind)?, _ shape: [Int]
    ) -> Bool {
        guard let visible, let hidden,
            [visible, hidden].allSatisfy({ $0.isDiscrete && $0.columns == 1 })
        else { return false }
        let spec = LayerSpec(
            visible: shape[0], hidden: shape[1], visibleUnits: visible, hiddenUnits: hidden,
            encoding: .bits)
        return ArithmeticKind.refusal(ofIntegersFor: spec, batch: 0, chains: 0) == nil
    }

    /// Whether a model needs a tensor, of all that a checkpoint may hold.
    public func isNeeded(_ name: String) -> Bool {
        if name.hasPrefix("data.") { return true }
        let words = name.split(separator: ".")
        guard words.first == "layers", words.count >= 3 else { return false }
        let parts = ["weights", "visible_bias", "hidden_bias", "visible_log_variance"]
        guard let number = Int(words[1]), layers.indices.contains(number) else { return true }
        let prefix = layers[number].weights.dropLast("weights".count)
        return parts.contains { name == prefix + $0 }
    }
}
