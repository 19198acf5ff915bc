import CBitProducts
import RandomStreams

/// The integers to which weights are rounded.
enum WeightFormat: Sendable, CaseIterable {
    /// One byte.
    ///
    /// Each weight goes to one of its two nearest integers at random, so that the mean is the
    /// weight to 2⁻⁹ of an integer.
    case byte

    /// A word of 16 bits, rounded to the nearest.
    ///
    /// The scale is coarse enough that each aligned block of `RoundedWeights.depth` weights, along
    /// a row or a column, has Σ|w| ≤ 2¹⁵ − 1. So no sum of products with bits leaves 16 bits within
    /// a block.
    case word

    /// A high and a low byte, rounded to the nearest: the finest scale that 16 bits allow.
    case bytePair
}

/// Weights as integers of one power-of-two scale: W ≈ integer·scale.
///
/// The scale is the finest that the format allows. It is a function of the current weights alone,
/// not of their history, so that a resumed run finds the same scale.
///
/// Rows are rounded while their owner changes them, before all rows are known. Therefore they are
/// rounded at the previous scale, and all of them once more in the few steps where the scale
/// changes.
final class RoundedWeights {
    /// The number of successive units over which sums of words fit 16 bits.
    static let depth = Int(BIT_PRODUCTS_WORDS_DEPTH)

    let format: WeightFormat

    /// The words, shape `[visible, hidden]`; empty for other formats.
    let words: SharedRows<Int16>
    /// The high bytes, shape `[visible, hidden]`: of byte pairs, or of words that are split for
    /// oneDNN; empty otherwise.
    let high: SharedRows<Int8>
    /// The low bytes, shape `[visible, hidden]`.
    ///
    /// The format of one byte keeps its bytes here.
    let low: SharedRows<Int8>

    /// What one unit of the integers is worth: a power of two.
    var scale: Float { 1 / inverseScale }

    private let rows: Int
    private let columns: Int
    private let slice: HiddenSlice
    /// The processes that hold the other columns; nil where this one holds all.
    private let group: (any HiddenGroup)?
    private var inverseScale: Float = 1
    /// Randomness for one byte; nil for other formats.
    private var random: RandomStream?
    /// The bits of the largest magnitude of each row.
    private let largest: SharedRows<UInt32>
    /// The sums that bound the scale of words; nil for other formats.
    private let magnitudes: ScaleBounds?
    private let randomWords = ThreadScratch()

    /// The high and low bytes of words for products along rows, where only bytes are safe; nil where words
    /// are.
    ///
    /// Words are safe within the blocks of the whole layer. A slice begins within one, so that a
    /// product of its words may add up parts of two.
    private(set) var bytesAlongRows: (high: SharedRows<Int8>, low: SharedRows<Int8>)?

    /// Whether no product of bits and the words of a row leaves 16 bits.
    var wordsAlongRowsFit: Bool {
        format == .word && bytesAlongRows == nil && columns <= Self.depth
    }

    /// - Parameter splitsWords: Whether words are also stored as two bytes, for products by oneDNN.
    convenience init(
        rows: Int, columns: Int, format: WeightFormat,
        splitsWords: Bool = !KernelChoice.current.usesTables
    ) {
        self.init(
            rows: rows, slice: HiddenSlice(whole: columns), of: nil, format: format,
            splitsWords: splitsWords)
    }

    /// - Parameters:
    ///   - slice: The columns that this process holds.
    ///   - group: The processes that hold the others; nil where there are none.
    ///   - splitsWords: Whether words are also stored as two bytes, for products by oneDNN.
    init(
        rows: Int, slice: HiddenSlice, of group: (any HiddenGroup)?, format: WeightFormat,
        splitsWords: Bool
    ) {
        let columns = slice.columns.count
        self.rows = rows
        self.columns = columns
        self.slice = slice
        self.group = group
        self.format = format
        let hasPair = format == .bytePair || (format == .word && splitsWords)
        words = SharedRows(format == .word ? rows : 0, of: columns, repeating: 0)
        high = SharedRows(hasPair ? rows : 0, of: columns, repeating: 0)
        low = SharedRows(hasPair || format == .byte ? rows : 0, of: columns, repeating: 0)
        largest = SharedRows(rows, of: 1, repeating: 0)
        magnitudes =
            format == .word
            ? ScaleBounds(
                rows: rows, slice: slice, among: group?.slices ?? [0..<slice.total]) : nil
    }

    /// How many random words a row takes: one serves four weights, a quarter of the row apart.
    private var randomWordCount: Int { (slice.total + 3) / 4 }

    /// Rounds all weights.
    ///
    /// Weights that are not finite give an arbitrary result; the trainer stops on them.
    ///
    /// - Parameters:
    ///   - weights: Shape `[rows, columns]`.
    ///   - random: The randomness of the format of one byte.
    func round(_ weights: Span<Float>, at random: RandomStream? = nil) {
        precondition(
            weights.count == rows * columns, "\(weights.count) weights for \(rows)×\(columns)")
        begin(at: random)
        let magnitude = Int32(bitPattern: largestMagnitudeBits(weights))
        let bounds = Bounds(of: group?.gather([magnitude, 0]) ?? [[magnitude, 0]])
        inverseScale = finestInverse(magnitude: bounds.magnitude)
        magnitudes?.inverseScale = inverseScale
        roundAll(weights)
        finish(weights)
    }

    /// Begins to round new weights, row by row.
    func begin(at random: RandomStream?) {
        precondition((random != nil) == (format == .byte), "one byte, and only that, is random")
        self.random = random
        randomWords.reserve(bytes: randomWordCount * MemoryLayout<UInt32>.stride)
        magnitudes?.begin()
    }

    /// Rounds a row.
    ///
    /// Several threads may do so at once, for different rows.
    func round(row: Int, _ weights: Span<Float>) {
        var bits: UInt32 = 0
        switch format {
        case .byte:
            bits = largestMagnitudeBits(weights)
            guard let random else { preconditionFailure("no randomness was given") }
            let words = unsafe randomWords.piece(of: randomWordCount, UInt32.self)
            var span = unsafe MutableSpan(_unsafeElements: words)
            random.fill(&span, row: row)
            low.withRow(row) {
                unsafe roundRow(
                    weights, slice, inverseScale * 256, UnsafeBufferPointer(words).span, &$0)
            }
        case .word:
            words.withRow(row) {
                bits = magnitudes?.add(row: row, weights, times: inverseScale, into: &$0) ?? 0
            }
            // A word is at most 2¹⁵ − 480, so that its high byte is one.
            if !high.isEmpty { splitRow(row, weights) }
        case .bytePair:
            bits = largestMagnitudeBits(weights)
            splitRow(row, weights)
        }
        largest.withRow(row) { $0[0] = bits }
    }

    private func splitRow(_ row: Int, _ weights: Span<Float>) {
        high.withRow(row) { high in
            low.withRow(row) { low in split(weights, inverseScale, &high, &low) }
        }
    }

    /// Ends what `begin` began; every row must have been rounded.
    ///
    /// - Parameters:
    ///   - weights: All weights, which are rounded again if the scale has changed.
    ///   - all: The `ownBounds` of each process; nil to ask the others for them.
    func finish(_ weights: Span<Float>, bounds all: [[Int32]]? = nil) {
        var bounds = all.map(Bounds.init(of:)) ?? bounds()
        var inverse = finestInverse(magnitude: bounds.magnitude)
        var share: Float = 1
        if let magnitudes {
            if magnitudes.inverseScale != inverse {
                magnitudes.inverseScale = inverse
                inverseScale = inverse
                magnitudes.begin()
                roundAll(weights)
                bounds = self.bounds()
            }
            share = magnitudes.share(ofLargest: bounds.sum)
            inverse *= share
        }
        if inverse != inverseScale {
            inverseScale = inverse
            magnitudes?.begin()
            roundAll(weights)
        }
        splitAlongRows(share)
    }

    /// What bounds the scale: the same on all processes.
    private struct Bounds {
        /// The bits of the largest magnitude.
        var magnitude: UInt32 = 0
        /// The largest sum of magnitudes; 0 for formats that do not ask for it.
        var sum: Int32 = 0

        /// Joins the `ownBounds` of all processes.
        init(of all: [[Int32]]) {
            var totals = [Int32](repeating: 0, count: all[0].count - 2)
            for one in all {
                magnitude = max(magnitude, UInt32(bitPattern: one[0]))
                sum = max(sum, one[1])
                for i in totals.indices { totals[i] &+= one[i + 2] }
            }
            for total in totals { sum = max(sum, total) }
        }
    }

    /// What the rows of this process, as they were rounded, ask of the scale: the bits of the largest
    /// magnitude, the largest sum of magnitudes, and the sums over parts of divided blocks.
    var ownBounds: [Int32] {
        let magnitude = largest.withSpan { rows in
            var magnitude: UInt32 = 0
            for i in rows.indices { magnitude = max(magnitude, rows[i]) }
            return magnitude
        }
        return [Int32(bitPattern: magnitude), magnitudes?.largest() ?? 0]
            + (magnitudes?.dividedSums ?? [])
    }

    /// The bounds of the rows of all processes.
    private func bounds() -> Bounds {
        let own = ownBounds
        return Bounds(of: group?.gather(own) ?? [own])
    }

    /// Splits words into bytes where products of words along the rows of a slice could leave 16 bits.
    private func splitAlongRows(_ share: Float) {
        guard let magnitudes, low.isEmpty, !magnitudes.runsFit(share) else {
            return bytesAlongRows = nil
        }
        let high = SharedRows<Int8>(rows, of: columns, repeating: 0)
        let low = SharedRows<Int8>(rows, of: columns, repeating: 0)
        words.withSpan { words in
            for row in 0..<rows {
                let words = words.extracting(rowRange(row, of: columns))
                high.withRow(row) { high in
                    low.withRow(row) { low in
                        for j in words.indices {
                            let word = Int32(words[j])
                            let upper = (word &+ 128) >> 8
                            high[j] = Int8(truncatingIfNeeded: upper)
                            low[j] = Int8(truncatingIfNeeded: word &- upper &<< 8)
                        }
                    }
                }
            }
        }
        bytesAlongRows = (high, low)
    }

    private func roundAll(_ weights: Span<Float>) {
        inParallel(over: rows, atLeast: 1 + 8192 / max(1, columns)) { part in
            for row in part { round(row: row, weights.extracting(rowRange(row, of: columns))) }
        }
    }

    /// The largest power of two by which all weights can be multiplied so that they still fit the
    /// format.
    private func finestInverse(magnitude bits: UInt32) -> Float {
        // Two bytes hold 127·256 + 127, and rounding to the nearest adds up to a half.
        let (power, largest): (Float, Float) = format == .byte ? (0x1p6, 127) : (0x1p14, 32_638.5)
        let magnitude = Float(bitPattern: bits)
        // A scale below 2⁻⁶⁰ would gain nothing, and its inverse must stay finite.
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

/// Rounds the columns of a slice of a row at random to integers of one byte.
///
/// - Parameter words: Of the whole row.
private func roundRow(
    _ weights: Span<Float>, _ slice: HiddenSlice, _ factor: Float, _ words: Span<UInt32>,
    _ bytes: inout MutableSpan<Int8>
) {
    let first = slice.columns.lowerBound
    for part in 0..<4 {
        let start = part * words.count
        let columns = (start..<(start + words.count)).clamped(to: slice.columns)
        guard !columns.isEmpty else { continue }
        let range = columns.offset(by: -first)
        let weights = weights.extracting(range)
        let words = words.extracting(columns.offset(by: -start))
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
        RandomStream(seed: seed, .weightRounding(layer: layer, step: step))
    }
}
