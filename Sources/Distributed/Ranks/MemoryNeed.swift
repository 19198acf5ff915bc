import Storage

/// The memory that a rank is going to need at least, by part.
public struct MemoryNeed: Sendable {
    /// A part of it.
    public struct Part: Sendable {
        /// What the memory is for, in words for people.
        public let name: String
        public let bytes: Double
    }

    public private(set) var parts: [Part] = []

    public init() {}

    /// The sum of all parts, in bytes.
    ///
    /// A double does not overflow where sizes are absurd.
    public var bytes: Double { parts.reduce(0) { $0 + $1.bytes } }

    /// Adds a part, unless it has no bytes.
    public mutating func add(_ name: String, _ bytes: Double) {
        if bytes > 0 { parts.append(Part(name: name, bytes: bytes)) }
    }

    /// The parts in words, the largest first; those of less than a hundredth are left out.
    public var text: String {
        let least = bytes / 100
        return parts.filter { $0.bytes >= least }.sorted { $0.bytes > $1.bytes }
            .map { "\($0.name) \(megabytes($0.bytes))" }.joined(separator: ", ")
    }
}
