public import RBMCore
public import Storage

extension SafetensorsFile {
    /// Adds the tensors and notes of a tree.
    ///
    /// - Parameter others: Names of tensors that are left out.
    public mutating func set(_ tree: StateTree, except others: Set<String> = []) {
        for (name, tensor) in tree.tensors where !others.contains(name) {
            tensors[tree.prefix + name] =
                switch tensor {
                case .floats(let values, let shape): Tensor(floats: Array(values), shape: shape)
                case .bytes(let values, let shape): Tensor(bytes: values, shape: shape)
                }
        }
        for (name, text) in tree.notes { metadata[name] = text }
    }
}

extension StateTree {
    /// Takes the tensors of a tree out of a file's contents; `path` is for messages.
    ///
    /// - Parameters:
    ///   - prefix: What the names of the tree's tensors begin with.
    ///   - others: Names after the prefix that do not belong to the tree.
    init(
        _ file: SafetensorsFile, prefix: String, except others: Set<String>, _ path: String
    ) throws(StorageError) {
        self.init(prefix: prefix)
        for (fullName, tensor) in file.tensors where fullName.hasPrefix(prefix) {
            let name = String(fullName.dropFirst(prefix.count))
            guard !others.contains(name) else { continue }
            if let values = tensor.floats() {
                guard values.allSatisfy(\.isFinite) else {
                    throw StorageError(
                        .badFile, path,
                        "`\(fullName)` holds values that are infinite or not a number")
                }
                set(.floats(values[...], shape: tensor.shape), name)
            } else if tensor.elementType == .u8 {
                set(.bytes(tensor.bytes, shape: tensor.shape), name)
            } else {
                throw StorageError(
                    .badFile, path,
                    "`\(fullName)` is \(tensor.elementType.rawValue); expected F32 or U8")
            }
        }
    }

    /// Adds matrices of which this process has read its columns.
    ///
    /// - Parameter prefix: What the names of the tree's tensors begin with; others are left out.
    mutating func add(
        _ columns: [String: (values: [Float], shape: [Int])], prefix: String, _ path: String
    ) throws(StorageError) {
        for (fullName, tensor) in columns where fullName.hasPrefix(prefix) {
            guard tensor.values.allSatisfy(\.isFinite) else {
                throw StorageError(
                    .badFile, path,
                    "`\(fullName)` holds values that are infinite or not a number")
            }
            set(
                .floats(tensor.values[...], shape: tensor.shape),
                String(fullName.dropFirst(prefix.count)))
        }
    }
}
