extension RunConfiguration {
    /// Returns a sentence for each key in which a run of `other` cannot go on as this one.
    ///
    /// What a key's declaration allows may differ, except in the layers below `currentLayer`, which
    /// the run has left: their training is over.
    public func differences(
        from other: RunConfiguration, currentLayer: Int = 0
    ) -> [String] {
        var other = other
        other.adopt(from: self)
        for index in layers.indices.prefix(other.layers.count) where index >= currentLayer {
            other.layers[index].adopt(from: layers[index])
        }
        var found: [Difference] = []
        compare(.block(pairs(.full)), .block(other.pairs(.full)), [], into: &found)

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
}

extension RunConfiguration {
    /// A key that has another value than its default.
    public struct Change: Sendable, Equatable {
        public let key: String
        public let value: String
        public let fallback: String
    }

    /// What differs from a configuration that gives the source of the data and the sizes of the layers, and
    /// nothing else.
    public var changes: [Change] {
        let plain = RunConfiguration(
            data: DataOptions(source: data.source),
            layers: layers.map { LayerOptions(hidden: $0.hidden) })
        var found: [Difference] = []
        compare(.block(pairs(.full)), .block(plain.pairs(.full)), [], into: &found)
        return found.map {
            Change(
                key: $0.path.joined(separator: "."), value: $0.values[0] ?? "–",
                fallback: $0.values[1] ?? "–")
        }
    }
}

private struct Difference {
    var path: [String]
    /// Here and there; nil where the key is absent.
    var values: [String?]

    var sentence: String {
        let words = values.map { $0 ?? "absent" }
        let declaration = RunConfiguration.declarations.declaration(at: path)
        let mend = declaration?.onResume.map { "; \($0)" } ?? ""
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
                found.append(Difference(path: path + [key], values: values.map { $0?.inline }))
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
