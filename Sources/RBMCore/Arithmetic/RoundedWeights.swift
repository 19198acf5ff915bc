import RandomStreams

/// Weights as integers of one power-of-two scale, in two bytes or one: W ≈ (256·high + low)·scale.
///
/// The scale is the finest at which the bytes hold all weights: a function of the current weights
/// alone, not of how they came about, so that a resumed run finds it again. Rows are rounded while
/// their owner changes them, before the largest weight is known: at the scale of the last time, and
/// once more where that turns out to be another.
final class RoundedWeights {
    /// Shape `[visible, hidden]`; empty where one byte must do.
    let high: SharedRows<Int8>
    /// Shape `[visible, hidden]`.
    let low: SharedRows<Int8>

    /// What one unit of the integers is worth: a power of two.
    var scale: Float { 1 / inverseScale }

    private let rows: Int
    private let columns: Int
    private let bytes: ByteCount
    private var inverseScale: Float = 1
    /// Randomness for one byte; nil for two.
    private var random: RandomStream?
    /// The bits of the largest magnitude of each row.
    private let largest: SharedRows<UInt32>
    private let words = ThreadScratch()

    enum ByteCount { case one, two }

    init(rows: Int, columns: Int, bytes: ByteCount) {
        self.rows = rows
        self.columns = columns
        self.bytes = bytes
        high = SharedRows(bytes == .two ? rows : 0, of: columns, repeating: 0)
        low = SharedRows(rows, of: columns, repeating: 0)
        largest = SharedRows(rows, of: 1, repeating: 0)
        words.reserve(bytes: wordCount * MemoryLayout<UInt32>.stride)
    }

    /// A random word serves four weights, a quarter of the row apart.
    private var wordCount: Int { (columns + 3) / 4 }

    /// Rounds all weights.
    ///
    /// Weights that are not finite give an arbitrary result; the trainer stops on them.
    ///
    /// - Parameters:
    ///   - weights: Shape `[rows, columns]`.
    ///   - random: For one byte, which rounds at random to one of the two nearest integers, so that
    ///     the mean is the weight to 2⁻⁹ of an integer. Two bytes round to the nearest.
    func round(_ weights: Span<Float>, at random: RandomStream? = nil) {
        precondition(
            weights.count == rows * columns, "\(weights.count) weights for \(rows)×\(columns)")
        begin(at: random)
        inverseScale = finestInverse(magnitude: largestMagnitudeBits(weights))
        roundAll(weights)
    }

    /// Begins to round new weights, row by row.
    func begin(at random: RandomStream?) {
        precondition((random == nil) == (bytes == .two), "one byte, and only that, is random")
        self.random = random
        words.reserve(bytes: wordCount * MemoryLayout<UInt32>.stride)
    }

    /// Rounds a row; several threads may do so at once, each its rows.
    func round(row: Int, _ weights: Span<Float>) {
        largest.withRow(row) { $0[0] = largestMagnitudeBits(weights) }
        if let random {
            let words = unsafe words.piece(of: wordCount, UInt32.self)
            var span = unsafe MutableSpan(_unsafeElements: words)
            random.fill(&span, row: row)
            low.withRow(row) {
                unsafe roundRow(weights, inverseScale * 256, UnsafeBufferPointer(words).span, &$0)
            }
        } else {
            high.withRow(row) { high in
                low.withRow(row) { low in split(weights, inverseScale, &high, &low) }
            }
        }
    }

    /// Ends what `begin` began, when all rows are rounded.
    ///
    /// - Parameter weights: All of them, which are rounded again where the scale has changed.
    func finish(_ weights: Span<Float>) {
        let magnitude = largest.withSpan { rows in
            var magnitude: UInt32 = 0
            for i in rows.indices { magnitude = max(magnitude, rows[i]) }
            return magnitude
        }
        let inverse = finestInverse(magnitude: magnitude)
        guard inverse != inverseScale else { return }
        inverseScale = inverse
        roundAll(weights)
    }

    private func roundAll(_ weights: Span<Float>) {
        inParallel(over: rows, atLeast: 1 + 8192 / max(1, columns)) { part in
            for row in part { round(row: row, weights.extracting(rowRange(row, of: columns))) }
        }
    }

    /// The largest power of two by which all weights can be multiplied without exceeding what the
    /// bytes hold.
    private func finestInverse(magnitude bits: UInt32) -> Float {
        // Two bytes hold 127·256 + 127, and rounding to the nearest adds up to a half.
        let (power, largest): (Float, Float) = bytes == .two ? (0x1p14, 32_638.5) : (0x1p6, 127)
        let magnitude = Float(bitPattern: bits)
        // Below 2⁻⁶⁰ nothing is gained by a finer scale, and its inverse must stay finite.
        guard magnitude.isFinite, magnitude >= 0x1p-60 else { return power * 0x1p60 }
        let exponent = Float(bitPattern: bits & 0x7F80_0000)  // 2ᵉ ≤ magnitude
        let inverse = power / exponent
        return magnitude * inverse < largest ? inverse : inverse / 2
    }
}

/// Rounds a row to the nearest integers of two bytes.
private func split(
    _ weights: Span<Float>, _ inverse: Float, _ high: inout MutableSpan<Int8>,
    _ low: inout MutableSpan<Int8>
) {
    for i in weights.indices {
        let integer = roundedInteger(weights[i] * inverse)
        let upper = (integer &+ 128) >> 8
        high[i] = Int8(truncatingIfNeeded: upper)
        low[i] = Int8(truncatingIfNeeded: integer &- upper &<< 8)
    }
}

/// Rounds a row at random to integers of one byte.
private func roundRow(
    _ weights: Span<Float>, _ factor: Float, _ words: Span<UInt32>,
    _ bytes: inout MutableSpan<Int8>
) {
    for part in 0..<4 {
        let start = min(part * words.count, weights.count)
        let range = start..<min(start + words.count, weights.count)
        let weights = weights.extracting(range)
        let words = words.extracting(0..<range.count)
        let shift = UInt32(8 * part)
        bytes.withRange(range) { bytes in
            for j in bytes.indices {
                let fixed = roundedInteger(weights[j] * factor)
                let random = Int32(truncatingIfNeeded: words[j] &>> shift & 0xFF)
                bytes[j] = Int8(truncatingIfNeeded: (fixed &+ random) >> 8)
            }
        }
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
