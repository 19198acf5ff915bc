/// Weights as 16-bit integers of one power-of-two scale, in two bytes: W ≈ (256·high + low)·scale.
///
/// The scale is a function of the current weights alone, not of how they came about: a resumed run
/// finds it again.
struct RoundedWeights {
    /// Shape `[visible, hidden]`.
    private(set) var high: [Int8]
    private(set) var low: [Int8]

    /// What one unit of the integers is worth: a power of two.
    private(set) var scale: Float = 1

    /// The largest integer that two bytes hold: 127·256 + 127.
    private static let largest: Float = 32_639

    init(count: Int) {
        high = Array(repeating: 0, count: count)
        low = Array(repeating: 0, count: count)
    }

    /// Rounds weights to the nearest integers of the finest scale that holds them all.
    ///
    /// Weights that are not finite give an arbitrary result; the trainer stops on them.
    mutating func round(_ weights: Span<Float>) {
        precondition(weights.count == high.count, "\(weights.count) weights for \(high.count)")
        let inverse = Self.inverseScale(magnitude: Float(bitPattern: largestMagnitudeBits(weights)))
        scale = 1 / inverse
        Self.split(weights, inverse, &high, &low)
    }

    private static func split(
        _ weights: Span<Float>, _ inverse: Float, _ high: inout [Int8], _ low: inout [Int8]
    ) {
        var high = high.mutableSpan
        var low = low.mutableSpan
        for i in weights.indices {
            let integer = roundedInteger(weights[i] * inverse)
            let upper = (integer &+ 128) >> 8
            high[i] = Int8(truncatingIfNeeded: upper)
            low[i] = Int8(truncatingIfNeeded: integer &- upper &<< 8)
        }
    }

    /// The largest power of two by which a magnitude can be multiplied to stay within two bytes.
    private static func inverseScale(magnitude: Float) -> Float {
        // Below 2⁻⁶⁰ nothing is gained by a finer scale, and its inverse must stay finite.
        guard magnitude.isFinite, magnitude >= 0x1p-60 else { return 0x1p74 }
        let power = Float(bitPattern: magnitude.bitPattern & 0x7F80_0000)  // 2ᵉ ≤ magnitude
        let inverse = 0x1p14 / power
        return magnitude * inverse + 0.5 < largest ? inverse : inverse / 2
    }
}
