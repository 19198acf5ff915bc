import Yams

/// How a value stands in a configuration: what is expected there, how it is read and written.
struct Notation<Value: Sendable>: Sendable {
    /// What may stand there, in words; together they are the list in a message.
    var alternatives: [String]

    /// The keys, where a mapping stands there.
    var keys: [Declaration] = []

    /// Tells whether the keys are those of another section, which they override.
    var isOverlay = false

    /// Reads a node by itself; nil for a wrong one, which is reported with what is expected.
    let parse: @Sendable (_ node: Node, Place, _ expected: String) -> Value?

    /// Writes a value; nil for one that is said by leaving the key out.
    let write: @Sendable (Value, Wording) -> YAMLOutline?

    /// Reads a mapping, maybe an absent one, over a value; nil where nodes are read by themselves.
    var overlay: (@Sendable (Node?, Place, inout Value) -> Void)?

    /// Copies from the first value into that of a stored run what may change as the run goes on.
    var adopt: @Sendable (Value, inout Value) -> Void = { _, _ in }

    /// Sets the neutral values inside.
    var neutralize: @Sendable (inout Value) -> Void = { _ in }

    /// Copies from the stored run what the text leaves out; nil for a value without keys of its own.
    var recall: (@Sendable (inout Value, _ run: Value, GivenKeys) -> Void)?

    /// What may stand there, in one phrase.
    var expected: String { Configuration.alternatives(alternatives) }

    /// Reads a node into a value.
    ///
    /// The value keeps what it was if the node is missing or wrong.
    func read(_ node: Node?, _ place: Place, _ value: inout Value) {
        if let overlay {
            overlay(node, place, &value)
        } else if let node, let found = parse(node, place, expected) {
            value = found
        }
    }
}

// MARK: - Optional values

extension Notation {
    /// A value, or a word that stands for nil.
    ///
    /// - Parameter mayBeQuoted: Whether the word stands for nil also in quotation marks.
    static func either<Wrapped>(
        _ notation: Notation<Wrapped>, or word: String, mayBeQuoted: Bool = true
    ) -> Notation where Value == Wrapped? {
        Notation(
            alternatives: notation.alternatives + [word], keys: notation.keys,
            parse: { node, place, expected in
                let isWord =
                    node.scalar?.string == word && (mayBeQuoted || place.plain(node) != nil)
                return isWord ? .some(nil) : notation.parse(node, place, expected).map { .some($0) }
            },
            write: { value, wording in
                guard let value else { return .scalar(word) }
                return notation.write(value, wording)
            })
    }

    /// A value, or nil where the key is left out.
    static func ifGiven<Wrapped>(
        _ notation: Notation<Wrapped>
    ) -> Notation where Value == Wrapped? {
        Notation(
            alternatives: notation.alternatives, keys: notation.keys,
            parse: { node, place, expected in
                notation.parse(node, place, expected).map { .some($0) }
            },
            write: { value, wording in value.flatMap { notation.write($0, wording) } })
    }
}

// MARK: - Sections

extension Notation where Value: ConfiguredSection {
    /// A mapping on lines of its own.
    static var block: Notation { section { .block($0.pairs($1)) } }

    /// A mapping in braces.
    static var inline: Notation { section { .flow($0.pairs($1)) } }

    /// A mapping whose keys override those of `section`.
    static func overlay(of section: String) -> Notation {
        var notation = block
        notation.alternatives = ["keys of `\(section)`"]
        notation.isOverlay = true
        notation.recall = { $0.recall(from: $1, given: $2.inheriting(section)) }
        return notation
    }

    private static func section(
        _ write: @escaping @Sendable (Value, Wording) -> YAMLOutline
    ) -> Notation {
        Notation(
            alternatives: ["a mapping"], keys: Value.declarations,
            parse: { node, place, _ in
                var value = place.reader.start(of: Value.self)
                value.read(node, at: place)
                return value
            },
            write: { write($0, $1) },
            overlay: { node, place, value in value.read(node, at: place) },
            adopt: { $1.adopt(from: $0) }, neutralize: { $0.neutralize() },
            recall: { $0.recall(from: $1, given: $2) })
    }
}
