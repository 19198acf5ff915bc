extension RunConfiguration {
    /// A whole configuration with every key at its default and what the key means.
    ///
    /// The source of the data and the size of the layer are an example, because they need to be given.
    public static let defaultsText = """
        # A configuration of Wilson: every key, at its default. What is left out has the value that
        # stands here; only the source of the data and each layer's `hidden` must be given.
        #
        # Any key can be set for one run on the command line, lists by their position:
        #     --set training.batch=200 --set layers.0.hidden=64
        #
        # Intervals are `N steps`, `N epochs` or `N minutes`. A step is one update of the
        # parameters; an epoch is one pass over the training cases, ⌈cases/batch⌉ steps.


        """ + sections.joined(separator: "\n\n") + "\n"

    /// The keys of the root with what stands under them, a text each.
    private static var sections: [String] {
        let example = RunConfiguration(
            data: DataOptions(source: .file("data/train-images-idx3-ubyte.gz")),
            layers: [LayerOptions(hidden: 500)])
        return declarations.map { declaration in
            [declaration].commented(example.pairs(.full)).joined(separator: "\n")
        }
    }
}

extension [Declaration] {
    /// Returns the lines of a mapping with what each key means above it.
    fileprivate func commented(_ pairs: [(key: String, value: YAMLOutline)]) -> [String] {
        flatMap { declaration -> [String] in
            let name = declaration.name
            let comment = declaration.help.split(separator: "\n").map { "# \($0)" }
            guard let value = pairs.first(where: { $0.key == name })?.value else {
                return comment + ["#   \(name): \(declaration.sample)", ""]
            }
            switch value {
            case _ where declaration.isOverlay: return comment + ["\(name): {}"]
            case .scalar, .flow: return comment + ["\(name): \(value.inline)"]
            case .block(let pairs):
                return comment + ["\(name):"] + declaration.keys.commented(pairs).indented
            case .list(let elements):
                return comment + ["\(name):"]
                    + elements.flatMap { element -> [String] in
                        guard case .block(let pairs) = element else { return [element.inline] }
                        return declaration.keys.commented(pairs).asElement
                    }.indented
            }
        }
    }
}

extension Declaration {
    /// A mapping with all keys at their defaults, on one line.
    fileprivate var sample: String {
        "{" + keys.map { "\($0.name): \($0.fallback ?? "")" }.joined(separator: ", ") + "}"
    }
}

extension [String] {
    fileprivate var indented: [String] { map { $0.isEmpty ? "" : "  " + $0 } }

    /// The lines as an element of a list, whose first key is behind a hyphen.
    fileprivate var asElement: [String] {
        guard let first = firstIndex(where: { !$0.hasPrefix("#") }) else { return self }
        return Array(self[..<first]) + ["- " + self[first]] + Array(self[(first + 1)...]).indented
    }
}
