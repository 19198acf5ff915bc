import Storage

/// Returns a value as JSON on one line.
///
/// Keys come in the order in which the value encodes them, in snake case. Numbers have the fewest
/// digits that tell them from all others; one that is not finite is null.
public func jsonText(_ value: some Encodable) -> String {
    let node = Node()
    do {
        try node.put(value)
    } catch {
        preconditionFailure("\(value) cannot be encoded: \(error)")
    }
    return node.text
}

/// One value of a document that is being put together.
private final class Node {
    private enum Content {
        case text(String)
        case object([(key: String, value: Node)])
        case array([Node])
    }

    private var content = Content.text("null")

    var text: String {
        switch content {
        case .text(let text): text
        case .object(let entries):
            "{"
                + entries.map { "\(JSONWriter.string($0.key)): \($0.value.text)" }
                .joined(separator: ", ") + "}"
        case .array(let elements): "[" + elements.map(\.text).joined(separator: ", ") + "]"
        }
    }

    var elementCount: Int {
        if case .array(let elements) = content { elements.count } else { 0 }
    }

    func put(_ value: some Encodable) throws {
        switch value {
        case let value as Bool: content = .text("\(value)")
        case let value as Double: content = .text(value.isFinite ? "\(value)" : "null")
        case let value as Float: content = .text(value.isFinite ? "\(value)" : "null")
        case let value as any BinaryInteger: content = .text("\(value)")
        case let value as String: content = .text(JSONWriter.string(value))
        default: try value.encode(to: NodeEncoder(node: self))
        }
    }

    func putNull() { content = .text("null") }

    /// Becomes an object, unless it is one already.
    func becomeObject() {
        if case .object = content { return }
        content = .object([])
    }

    /// Becomes an array, unless it is one already.
    func becomeArray() {
        if case .array = content { return }
        content = .array([])
    }

    /// Adds a value to an object.
    func child(_ key: any CodingKey) -> Node {
        let node = Node()
        guard case .object(var entries) = content else { preconditionFailure("no object") }
        entries.append((snakeCase(key.stringValue), node))
        content = .object(entries)
        return node
    }

    /// Adds a value to an array.
    func element() -> Node {
        let node = Node()
        guard case .array(var elements) = content else { preconditionFailure("no array") }
        elements.append(node)
        content = .array(elements)
        return node
    }
}

/// A name of Swift as a key of JSON: `logZError` is `log_z_error`.
private func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
}

private struct NodeEncoder: Encoder {
    let node: Node
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.becomeObject()
        return KeyedEncodingContainer(ObjectContainer(node: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeArray()
        return ArrayContainer(node: node)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { ValueContainer(node: node) }
}

// The generic methods serve for every type that the protocols name.

private struct ObjectContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { node.child(key).putNull() }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        try node.child(key).put(value)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        NodeEncoder(node: node.child(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        NodeEncoder(node: node.child(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(node: node) }
    func superEncoder(forKey key: Key) -> any Encoder { NodeEncoder(node: node.child(key)) }
}

private struct ArrayContainer: UnkeyedEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }
    var count: Int { node.elementCount }

    func encodeNil() { node.element().putNull() }
    func encode(_ value: some Encodable) throws { try node.element().put(value) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        NodeEncoder(node: node.element()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        NodeEncoder(node: node.element()).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(node: node.element()) }
}

private struct ValueContainer: SingleValueEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { node.putNull() }
    func encode(_ value: some Encodable) throws { try node.put(value) }
}
