import RandomStreams

/// Weights as integers of one power-of-two scale, in two bytes or one: W ≈ (256·high + low)·scale.
///
/// The scale is a function of the current weights alone, not of how they came about: a resumed run
/// finds it again.
struct RoundedWeights {
    /// Shape `[visible, hidden]`; empty where one byte must do.
    private(set) var high: [Int8]
    /// Shape `[visible, hidden]`.
    private(set) var low: [Int8]

    /// What one unit of the integers is worth: a power of two.
    private(set) var scale: Float = 1

    /// The largest integer that two bytes hold: 127·256 + 127.
    private static let largest: Float = 32_639

    private var words: [UInt32] = []

    init(count: Int, bytes: Int) {
        precondition(bytes == 1 || bytes == 2, "weights of \(bytes) bytes")
        high = Array(repeating: 0, count: bytes == 2 ? count : 0)
        low = Array(repeating: 0, count: count)
    }

    /// Rounds weights to the nearest integers of the finest scale at which two bytes hold them all.
    ///
    /// Weights that are not finite give an arbitrary result; the trainer stops on them.
    mutating func round(_ weights: Span<Float>) {
        precondition(weights.count == high.count, "\(weights.count) weights for \(high.count)")
        let inverse = Self.inverseScale(of: weights, power: 0x1p14, largest: Self.largest - 0.5)
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

    /// Rounds weights at random to one of the two nearest integers of the finest scale at which one
    /// byte holds them all, so that their mean is the weight to 2⁻⁹ of an integer.
    ///
    /// - Parameters:
    ///   - columns: The hidden units; a row of weights is a row of the stream.
    mutating func round(_ weights: Span<Float>, columns: Int, at random: RandomStream) {
        precondition(weights.count == low.count, "\(weights.count) weights for \(low.count)")
        let inverse = Self.inverseScale(of: weights, power: 0x1p6, largest: 127)
        scale = 1 / inverse
        // A word serves four weights, a quarter of the row apart.
        let quarter = (columns + 3) / 4
        if words.count != quarter { words = Array(repeating: 0, count: quarter) }
        for row in 0..<(columns == 0 ? 0 : weights.count / columns) {
            var span = words.mutableSpan
            random.fill(&span, row: row)
            Self.roundRow(weights, rowRange(row, of: columns), inverse * 256, words, &low)
        }
    }

    private static func roundRow(
        _ weights: Span<Float>, _ row: Range<Int>, _ factor: Float, _ words: [UInt32],
        _ bytes: inout [Int8]
    ) {
        var bytes = bytes.mutableSpan
        for (part, shift) in [0, 8, 16, 24].enumerated() {
            let start = min(row.lowerBound + part * words.count, row.upperBound)
            let range = start..<min(start + words.count, row.upperBound)
            let weights = weights.extracting(range)
            let words = words.span.extracting(0..<range.count)
            let shift = UInt32(shift)
            bytes.withRange(range) { bytes in
                for j in bytes.indices {
                    let fixed = roundedInteger(weights[j] * factor)
                    let random = Int32(truncatingIfNeeded: words[j] &>> shift & 0xFF)
                    bytes[j] = Int8(truncatingIfNeeded: (fixed &+ random) >> 8)
                }
            }
        }
    }

    /// The largest power of two by which all weights can be multiplied without exceeding `largest`.
    ///
    /// - Parameter power: The power of two below `largest`.
    private static func inverseScale(of weights: Span<Float>, power: Float, largest: Float) -> Float
    {
        let magnitude = Float(bitPattern: largestMagnitudeBits(weights))
        // Below 2⁻⁶⁰ nothing is gained by a finer scale, and its inverse must stay finite.
        guard magnitude.isFinite, magnitude >= 0x1p-60 else { return power * 0x1p60 }
        let exponent = Float(bitPattern: magnitude.bitPattern & 0x7F80_0000)  // 2ᵉ ≤ magnitude
        let inverse = power / exponent
        return magnitude * inverse < largest ? inverse : inverse / 2
    }
}

/// The randomness that rounds the weights of a layer to one byte.
struct WeightRounding: Sendable {
    let seed: UInt64
    let layer: Int

    func stream(step: Int) -> RandomStream {
        RandomStream(seed: seed, .weightRounding, layer: layer, step: step)
    }
}
