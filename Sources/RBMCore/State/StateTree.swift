/// What a training must remember to go on: named tensors and notes, without a file.
///
/// Each component writes itself into the tree and reads itself out of it, so that nothing else lists
/// what a component remembers. All tensors of a tree have one prefix in common, which names the layer
/// in training; notes have none. Names are parts of the file format.
public struct StateTree: Sendable, Equatable {
    /// Numbers of one type and their shape, slowest index first.
    public enum Tensor: Sendable, Equatable {
        /// A slice, so that a part of a larger array is not copied.
        case floats(ArraySlice<Float>, shape: [Int])
        case bytes([UInt8], shape: [Int])

        public var shape: [Int] {
            switch self {
            case .floats(_, let shape), .bytes(_, let shape): shape
            }
        }
    }

    /// What stands before the name of each tensor in files and messages, such as `layers.0.`.
    public let prefix: String

    /// The tensors by their names without the prefix.
    public private(set) var tensors: [String: Tensor] = [:]

    /// The names of the tensors whose last dimension is the hidden columns, and how often it has them.
    public private(set) var hiddenTensors: [String: Int] = [:]

    /// The hidden columns that components read of such tensors; nil for all.
    ///
    /// A tree that a process writes has its own columns, and one that it reads has those of the run.
    public var slice: HiddenSlice?

    /// The names of the tensors of which a tree that is read has this process's columns alone; the others
    /// have those of the run.
    public var cutTensors: Set<String> = []

    /// Short texts by their names.
    public private(set) var notes: [String: String] = [:]

    public init(prefix: String) { self.prefix = prefix }

    /// Whether both hold the same; a file does not say which tensors are per hidden column.
    public static func == (a: StateTree, b: StateTree) -> Bool {
        a.prefix == b.prefix && a.tensors == b.tensors && a.notes == b.notes && a.slice == b.slice
    }

    // MARK: Writing

    /// Adds a tensor.
    ///
    /// - Precondition: The shape has as many elements as there are, and the name is new.
    /// - Parameters:
    ///   - perHidden: Whether the last dimension is the hidden columns.
    ///   - times: How often it has all of them, one after the other.
    public mutating func set(
        _ tensor: Tensor, _ name: String, perHidden: Bool = false, times: Int = 1
    ) {
        if perHidden { hiddenTensors[name] = times }
        let count = tensor.shape.reduce(1, *)
        switch tensor {
        case .floats(let values, let shape):
            precondition(values.count == count, "\(values.count) for \(name) of shape \(shape)")
        case .bytes(let values, let shape):
            precondition(values.count == count, "\(values.count) for \(name) of shape \(shape)")
        }
        let old = tensors.updateValue(tensor, forKey: name)
        precondition(old == nil, "two tensors have the name \(name)")
    }

    /// Adds parameters, or a quantity of the same shape: a tensor for each of their parts.
    public mutating func set(_ parameters: Parameters, _ name: String) {
        for part in parameters.parts {
            set(
                .floats(parameters.values[part.range], shape: part.shape),
                "\(name).\(part.name)", perHidden: part.isPerHidden)
        }
    }

    /// Adds a note.
    ///
    /// - Precondition: The name is new.
    public mutating func note(_ text: String, _ name: String) {
        let old = notes.updateValue(text, forKey: name)
        precondition(old == nil, "two notes have the name \(name)")
    }

    /// Adds the tensors and notes of another tree.
    public mutating func add(_ other: StateTree) {
        for (name, tensor) in other.tensors {
            let times = other.hiddenTensors[name]
            set(tensor, name, perHidden: times != nil, times: times ?? 1)
        }
        for (name, text) in other.notes { note(text, name) }
    }

    // MARK: Reading

    /// Returns a tensor of floats; nil if there is none of the name.
    ///
    /// - Parameter perHidden: Whether the last dimension is the hidden columns of this process.
    /// - Throws: If it is of another type or shape, or holds what is not a finite number.
    public func floats(
        _ name: String, shape: [Int], perHidden: Bool = false
    ) throws(StateFault) -> [Float]? {
        guard let tensor = tensors[name] else { return nil }
        let slice = perHidden ? slice : nil
        let shape: [Int] = shape.dropLast() + [slice?.total ?? shape[shape.count - 1]]
        guard case .floats(let values, shape: shape) = tensor, values.allSatisfy(\.isFinite) else {
            throw fault(name, "is not F32 of shape \(shape) with finite numbers")
        }
        return slice?.cut(values) ?? Array(values)
    }

    /// Returns a tensor of bytes in rows, and the number of rows; nil if there is none of the name.
    ///
    /// - Parameters:
    ///   - columns: The bytes of a row.
    ///   - perHidden: Whether these are the hidden columns of this process.
    ///   - times: How often a row has all hidden columns.
    /// - Throws: If it is of another type or shape.
    public func bytes(
        _ name: String, columns: Int, perHidden: Bool = false, times: Int = 1
    ) throws(StateFault) -> (values: [UInt8], rows: Int)? {
        guard let tensor = tensors[name] else { return nil }
        let slice = perHidden ? slice : nil
        let columns = slice.map { $0.total * times } ?? columns
        guard case .bytes(let values, shape: let shape) = tensor, shape.count == 2,
            shape[1] == columns
        else { throw fault(name, "is not U8 of shape [rows, \(columns)]") }
        return (slice?.cut(values[...]) ?? values, shape[0])
    }

    /// Returns a quantity of the shape of parameters; nil if there is none of the name.
    ///
    /// - Throws: If it has another shape, or holds what is not a finite number.
    public func parameters(
        _ name: String, like model: Parameters
    ) throws(StateFault) -> Parameters? {
        guard tensors.keys.contains(where: { $0.hasPrefix("\(name).") }) else { return nil }
        var result = model
        for part in model.parts {
            let isCut = cutTensors.contains("\(name).\(part.name)")
            let slice = part.isPerHidden && !isCut ? slice : nil
            let shape: [Int] =
                part.shape.dropLast() + [slice?.total ?? part.shape[part.shape.count - 1]]
            guard case .floats(let values, shape: shape) = tensors["\(name).\(part.name)"]
            else {
                throw fault(name, "has not the shape of the layer")
            }
            result.values.replaceSubrange(part.range, with: slice?.cut(values) ?? Array(values))
        }
        guard result.isFinite else {
            throw fault(name, "holds values that are infinite or not a number")
        }
        return result
    }

    /// Returns the whole number of a note.
    ///
    /// - Throws: If there is no note of the name, or if it is not a number from 0 on.
    public func count(_ name: String) throws(StateFault) -> Int {
        guard let value = notes[name].flatMap({ Int($0) }), value >= 0 else {
            throw StateFault(
                problem: "is no checkpoint: its metadata lack the number `\(name)`"
                    + " (a model cannot be resumed)")
        }
        return value
    }

    /// A fault of a tensor.
    public func fault(_ name: String, _ problem: String) -> StateFault {
        StateFault(problem: "`\(prefix)\(name)` \(problem)")
    }
}

/// A state that a component cannot go on from.
public struct StateFault: Error, Equatable, CustomStringConvertible {
    /// What is wrong, as what follows the name of the file.
    public let problem: String

    public init(problem: String) { self.problem = problem }

    public var description: String { problem }
}
