/// The FNV-1a hash of the words of a result.
struct Checksum: CustomStringConvertible {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ word: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] {
            hash = (hash ^ UInt64(word >> shift & 0xFF)) &* 0x100_0000_01B3
        }
    }

    var description: String { String(hash, radix: 16) }
}
