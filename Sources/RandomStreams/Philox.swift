/// The counter-based generator Philox4x32-10: a bijection of 128-bit counters for each 64-bit key.
///
/// The generator keeps no state, so that there is nothing to advance or to save. Equal counters
/// give equal words on any machine.
///
/// Source: [Salmon11], table 2 and figure 3; the round constants are those of the paper.
enum Philox {
    private static let multiplier0: UInt64 = 0xD251_1F53
    private static let multiplier1: UInt64 = 0xCD9E_8D57
    private static let weyl0: UInt32 = 0x9E37_79B9
    private static let weyl1: UInt32 = 0xBB67_AE85

    /// Four 32-bit words, each in the low half of 64 bits.
    typealias Words = (UInt64, UInt64, UInt64, UInt64)

    /// Returns the four random words of one counter, in the low halves; the high halves hold other
    /// bits.
    ///
    /// It is written out round by round in 64-bit lanes, and every product reads only the low half.
    /// So a loop over counters becomes eight vector instructions for each round.
    @inline(__always)
    static func words(counter: Words, key: UInt64) -> Words {
        var x = counter
        var key0 = UInt32(truncatingIfNeeded: key)
        var key1 = UInt32(truncatingIfNeeded: key >> 32)
        round(&x, &key0, &key1)
        round(&x, &key0, &key1)
        round(&x, &key0, &key1)
        round(&x, &key0, &key1)
        round(&x, &key0, &key1)
        round(&x, &key0, &key1)
        round(&x, &key0, &key1)
        round(&x, &key0, &key1)
        round(&x, &key0, &key1)
        round(&x, &key0, &key1)
        return x
    }

    @inline(__always)
    private static func round(_ x: inout Words, _ key0: inout UInt32, _ key1: inout UInt32) {
        let product0 = multiplier0 &* (x.0 & 0xFFFF_FFFF)
        let product1 = multiplier1 &* (x.2 & 0xFFFF_FFFF)
        x = (
            product1 >> 32 ^ x.1 ^ UInt64(key0), product1,
            product0 >> 32 ^ x.3 ^ UInt64(key1), product0
        )
        key0 = key0 &+ weyl0
        key1 = key1 &+ weyl1
    }
}
