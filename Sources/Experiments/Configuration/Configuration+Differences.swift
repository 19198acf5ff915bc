extension Configuration {
    /// Returns a sentence for each key in which a run of `other` cannot go on as this one.
    ///
    /// `monitor` and `checkpoint` may differ. `epochs` may be larger here where no update depends
    /// on it (``TrainingOptions/dependsOnEpochs``), except in the layers below `currentLayer`,
    /// which the run has left: their training is over.
    public func differences(from other: Configuration, currentLayer: Int = 0) -> [String] {
        let free = ["monitor", "checkpoint"]
        var found: [Difference] = []
        compare(
            outline(\.outline), other.outline(\.outline), [],
            into: &found)
        found.removeAll { free.contains($0.path[0]) || mayGrow($0, other, currentLayer) }

        // What all layers inherit is said once.
        let global = found.filter { $0.path[0] == "training" }
        found.removeAll { difference in
            guard difference.path.count > 2, difference.path[2] == "training" else { return false }
            return global.contains {
                $0.path == Array(difference.path[2...]) && $0.values == difference.values
            }
        }
        return found.map(\.sentence)
    }

    private struct Difference {
        var path: [String]
        /// Here and there; `nil` where the key is absent.
        var values: [String?]

        var sentence: String {
            let words = values.map { $0 ?? "absent" }
            let mend =
                path.last == "epochs"
                ? "; it may only grow, with schedule: constant and average: 0 (or another "
                    + "schedule that does not end), in the layer that is being trained or above"
                : ""
            return "\(path.joined(separator: ".")) is \(words[0]) here but \(words[1]) in the run "
                + "to resume\(mend)"
        }
    }

    private func compare(
        _ here: YAMLOutline, _ there: YAMLOutline, _ path: [String], into found: inout [Difference]
    ) {
        switch (here, there) {
        case (.block(let a), .block(let b)), (.flow(let a), .flow(let b)):
            let keys = a.map(\.key) + b.map(\.key).filter { key in !a.contains { $0.key == key } }
            for key in keys {
                let values = [a, b].map { pairs in pairs.first { $0.key == key }?.value }
                if let one = values[0], let two = values[1] {
                    compare(one, two, path + [key], into: &found)
                } else {
                    found.append(
                        Difference(path: path + [key], values: values.map { $0?.inline }))
                }
            }
        case (.list(let a), .list(let b)) where a.count == b.count:
            for index in a.indices {
                compare(a[index], b[index], path + [String(index)], into: &found)
            }
        case (.list(let a), .list(let b)):
            let counts = [a.count, b.count].map { "\($0) \($0 == 1 ? "layer" : "layers")" }
            found.append(Difference(path: path, values: counts))
        default:
            if here != there {
                found.append(Difference(path: path, values: [here.inline, there.inline]))
            }
        }
    }

    private func mayGrow(_ difference: Difference, _ other: Configuration, _ current: Int) -> Bool {
        let path = difference.path
        if path == ["training", "epochs"] {
            return !training.dependsOnEpochs && training.epochs > other.training.epochs
        }
        guard path.count == 4, path[0] == "layers", path[2...] == ["training", "epochs"],
            let index = Int(path[1]), index >= current
        else { return false }
        let layer = layers[index].training
        return !layer.dependsOnEpochs && layer.epochs > other.layers[index].training.epochs
    }
}
