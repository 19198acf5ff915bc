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

    /// Adds a part. A part without bytes is left out.
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

/// Returns a number of bytes as whole megabytes of 2²⁰ bytes, as the end of a log states them.
public func megabytes(_ bytes: Double) -> String {
    "\(Int64(min((bytes / 0x1p20).rounded(.up), 0x1p62))) MB"
}
