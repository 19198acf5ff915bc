import RBMCore
import Storage

extension SafetensorsFile {
    /// Adds what early stopping needs to go on.
    mutating func set(_ watch: EarlyStopWatch, layer: Int) {
        metadata["early_stop"] =
            "\(watch.waited),\(watch.bestStep)" + (watch.hasStopped ? ",stopped" : "")
        if let best = watch.best { set(best, "layers.\(layer).best") }
    }
}

extension LayerReader {
    /// What early stopping needs to go on; nil in a file of a run without it.
    func earlyStop(_ layer: Int, best: Parameters?) throws(StorageError) -> EarlyStopWatch? {
        guard let text = file.metadata["early_stop"] else { return nil }
        let words = text.split(separator: ",")
        guard words.count == 2 || words.count == 3 && words[2] == "stopped",
            let waited = Int(words[0]), let step = Int(words[1]), waited >= 0, step >= 0
        else {
            throw fault(
                "says `early_stop` is `\(text)`; expected two counts and maybe `stopped`")
        }
        var watch = EarlyStopWatch()
        watch.waited = waited
        watch.hasStopped = words.count == 3
        watch.best = best
        watch.bestStep = step
        return watch
    }

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
