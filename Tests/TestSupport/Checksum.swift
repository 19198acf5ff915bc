/// The FNV-1a hash of the bytes of a result, which must not change by accident.
public struct Checksum: CustomStringConvertible {
    public private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    public init() {}

    /// Hashes some bytes.
    public init(_ bytes: [UInt8]) {
        self.init()
        for byte in bytes { add(byte) }
    }

    /// Adds the bytes of a word, the lowest first.
    public mutating func add(_ word: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] { add(UInt8(word >> shift & 0xFF)) }
    }

    private mutating func add(_ byte: UInt8) {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    public var description: String { String(hash, radix: 16) }
}
