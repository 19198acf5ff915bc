import Storage

// What a file may hold beside the parameters of a layer.

extension LayerReader {
    /// The share of hidden units that dropout keeps in the layer in training; 1 for none.
    func keepProbability(_ layer: Int) throws(StorageError) -> Float {
        guard let text = file.metadata["layers.\(layer).keep_probability"] else { return 1 }
        guard let value = Float(text), value > 0, value <= 1 else {
            throw fault("says that dropout keeps `\(text)` of the units; expected 0 to 1")
        }
        return value
    }

    /// A tensor of one dimension; nil when there is none.
    func floats(_ name: String, count: Int) throws(StorageError) -> [Float]? {
        guard let tensor = file.tensors[name] else { return nil }
        guard let values = tensor.floats(), tensor.shape == [count],
            values.allSatisfy(\.isFinite)
        else {
            throw fault(
                "`\(name)` is \(tensor.elementType.rawValue) of shape \(tensor.shape); expected "
                    + "\(count) finite numbers, F32")
        }
        return values
    }
}
