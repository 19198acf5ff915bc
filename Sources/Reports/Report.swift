/// What a command found: values under names, and a table for people.
///
/// The JSON object has the coded properties as its keys, in the order of their declaration and in
/// snake case. Only `Output` shows a report.
public protocol Report: Encodable {
    /// The lines for people.
    var table: Table { get }
}

/// A value that JSON shows as null if it is absent.
///
/// Without the wrapper an absent value has no key at all.
@propertyWrapper
public struct OrNull<Value> {
    public var wrappedValue: Value?

    public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }
}

extension OrNull: Encodable where Value: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}

extension OrNull: Sendable where Value: Sendable {}
extension OrNull: Equatable where Value: Equatable {}

/// A value for the table only, which JSON leaves out.
@propertyWrapper
public struct NotEncoded<Value>: Encodable {
    public var wrappedValue: Value

    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

    public func encode(to encoder: any Encoder) {}
}

extension NotEncoded: Sendable where Value: Sendable {}
extension NotEncoded: Equatable where Value: Equatable {}

extension KeyedEncodingContainer {
    /// Leaves out the value and its key.
    public mutating func encode(_ value: NotEncoded<some Any>, forKey key: Key) {}
}

/// Values whose names are known only when the program runs: a JSON object that keeps their order.
public struct NamedValues<Value: Encodable>: Encodable {
    public let entries: [(name: String, value: Value)]

    public init(_ entries: [(name: String, value: Value)]) { self.entries = entries }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        for (name, value) in entries {
            try container.encode(value, forKey: Name(stringValue: name))
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension NamedValues: Sendable where Value: Sendable {}
