import Yams

/// The place of a value: its path of keys, and the reader that is told what is wrong there.
struct Place {
    let reader: ConfigurationReader
    let path: [String]

    /// The place of a key, or of an element, inside.
    func place(of key: String) -> Place { Place(reader: reader, path: path + [key]) }

    /// Tells whether the value was reported, or a misspelling of its key.
    var isWrong: Bool { reader.isWrong(path) }

    /// The reading of an unquoted scalar; nil for all else.
    func plain(_ node: Node) -> PlainScalar? { node.scalar.flatMap(reader.plain) }

    /// Reports a problem here, or at the nearest place around that stands in the file.
    func report(_ message: String, mark: Mark? = nil) {
        reader.report(path, mark: mark, message)
    }

    /// Reports that another value stands here than is expected.
    func wrong(_ node: Node, _ expected: String) {
        report("found \(reader.found(node)); expected \(expected)", mark: node.mark)
    }

    /// Opens a mapping; an absent or empty value counts as one without keys.
    func mapping(_ node: Node?, keys: [String]) -> GivenMapping {
        GivenMapping(
            place: self, mark: node?.mark, values: reader.values(of: node, path, keys: keys))
    }

    /// Returns the elements of a list; none where no list stands.
    func list(_ node: Node?, of words: String) -> [Node] {
        guard let node else { return [] }
        guard let sequence = node.sequence else {
            wrong(node, "a list of \(words), each begun with \"- \"")
            return []
        }
        for (index, element) in sequence.enumerated() {
            reader.note(path + [String(index)], element.mark)
        }
        return Array(sequence)
    }
}

/// The keys that a mapping gives, of those that are known.
struct GivenMapping {
    let place: Place
    let mark: Mark?
    let values: [String: Node]

    func has(_ key: String) -> Bool { values[key] != nil }
}
