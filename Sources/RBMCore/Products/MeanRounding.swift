import RandomStreams

extension StepShare {
    /// The common factor of the integer means of both phases: min(batch, chains).
    var divisor: Int { min(globalPositive, globalNegative) }
}

/// Rounds hidden means to signed bytes: +127·mean·d/B in the data phase, −127·mean·d/C in the model
/// phase, with d = min(B, C).
///
/// So a sum over both phases is 127·d times a difference of means.
///
/// The rounding is stochastic and in integers: (127·fixed + r) >> 16 with 16 random bits r. It is
/// unbiased and never leaves ±127; a sum in float could round up to 128.
///
/// - Parameters:
///   - probabilities: The probability that each unit is 1; positive rows first, shape
///     `[rows, hidden]`.
///   - bytes: Signed bytes, same shape.
///   - slice: Which columns of the layer these are; nil for all.
func roundMeans(
    of kind: any UnitKind, hidden: Int, slice: HiddenSlice? = nil,
    probabilities: [Float], rows: StepShare, rounding: PhaseRounding, into bytes: inout [Int8]
) {
    let ofSlice = slice.flatMap { $0.isWhole ? nil : SliceRounding($0) }
    var bytes = bytes.mutableSpan
    bytes.inBlocks(of: 0..<(rows.positive + rows.negative), columns: hidden) { block, bytes in
        // Two units share a word: the first half takes the low 16 bits, the second the high.
        let half = (hidden + 1) / 2
        for row in block {
            let isPositive = row < rows.positive
            let total = isPositive ? rows.globalPositive : rows.globalNegative
            let sample =
                isPositive ? rows.firstPositive + row : rows.firstNegative + row - rows.positive
            let scale = MeanScale(
                one: 65_536 * Float(rows.divisor) / Float(total), hasOffset: kind.offset != 0,
                sign: isPositive ? 1 : -1)
            let probability = probabilities.span.extracting(rowRange(row, of: hidden))
            let stream = isPositive ? rounding.positive : rounding.negative
            bytes.withRow(row - block.lowerBound, of: hidden) { bytes in
                if let ofSlice {
                    return ofSlice.round(probability, stream, row: sample, scale, into: &bytes)
                }
                stream.forEachPart(ofRow: sample, units: 0..<half) { part, words in
                    round(probability, part, words, shift: 0, scale, into: &bytes)
                    // The second half is one unit shorter if the number of units is odd.
                    let second = (half + part.lowerBound)..<min(half + part.upperBound, hidden)
                    round(probability, second, words, shift: 16, scale, into: &bytes)
                }
            }
        }
    }
}

/// How a probability becomes a mean in units of 2⁻¹⁶/127: p, or 2p − 1 for a spin, times a sign.
private struct MeanScale {
    let one: Float
    let shift: Int32
    let offset: Int32
    let signed127: Int32

    init(one: Float, hasOffset: Bool, sign: Int32) {
        self.one = one
        shift = hasOffset ? 1 : 0
        offset = hasOffset ? roundedInteger(one) : 0
        signed127 = 127 * sign
    }

    @inline(__always)
    func byte(_ probability: Float, random: UInt32) -> Int8 {
        let fixed = roundedInteger(probability * one) &<< shift &- offset
        return Int8(
            truncatingIfNeeded: (fixed &* signed127 &+ Int32(truncatingIfNeeded: random)) >> 16)
    }
}

extension Int {
    /// The end of the group of random words before which a unit's word lies.
    fileprivate var roundedUpToGroup: Int {
        (self + HiddenSlice.group - 1) / HiddenSlice.group * HiddenSlice.group
    }
}

/// The columns of a slice, and the random words that round them.
private struct SliceRounding {
    private let start: Int
    /// The units of the two halves that the slice has, counted within the half.
    private let first, second: Range<Int>
    /// Where the second half begins.
    private let half: Int
    /// The words of these units, from the beginnings of groups on; none is made twice.
    private let words: [Range<Int>]

    init(_ slice: HiddenSlice) {
        let half = (slice.total + 1) / 2
        let columns = slice.columns
        self.half = half
        start = columns.lowerBound
        first = min(columns.lowerBound, half)..<min(columns.upperBound, half)
        second = max(columns.lowerBound, half) - half..<max(columns.upperBound, half) - half
        var words: [Range<Int>] = []
        // The slice has the end of the first half and the beginning of the second, if it has both.
        for units in [second, first] where !units.isEmpty {
            let begin = units.lowerBound / HiddenSlice.group * HiddenSlice.group
            if let last = words.last, begin < last.upperBound.roundedUpToGroup {
                words[words.count - 1] =
                    min(begin, last.lowerBound)..<max(units.upperBound, last.upperBound)
            } else {
                words.append(begin..<units.upperBound)
            }
        }
        self.words = words
    }

    /// Rounds the columns in a row.
    func round(
        _ probability: Span<Float>, _ stream: RandomStream, row: Int, _ scale: MeanScale,
        into bytes: inout MutableSpan<Int8>
    ) {
        for needed in words {
            stream.forEachPart(ofRow: row, units: needed) { part, words in
                round(first, from: -start, probability, part, words, 0, scale, into: &bytes)
                round(second, from: half - start, probability, part, words, 16, scale, into: &bytes)
            }
        }
    }

    /// Rounds those of some units whose words are at hand.
    ///
    /// - Parameter offset: From a unit's number to its column in the slice.
    private func round(
        _ units: Range<Int>, from offset: Int, _ probability: Span<Float>, _ part: Range<Int>,
        _ words: Span<UInt32>, _ shift: UInt32, _ scale: MeanScale,
        into bytes: inout MutableSpan<Int8>
    ) {
        let used = units.clamped(to: part)
        guard !used.isEmpty else { return }
        RBMCore.round(
            probability, used.offset(by: offset),
            words.extracting(used.offset(by: -part.lowerBound)),
            shift: shift, scale, into: &bytes)
    }
}

/// Rounds some units of a row.
///
/// - Parameters:
///   - words: A random word for each unit; the 16 bits from `shift` on are used.
private func round(
    _ probability: Span<Float>, _ units: Range<Int>, _ words: Span<UInt32>, shift: UInt32,
    _ scale: MeanScale, into bytes: inout MutableSpan<Int8>
) {
    let probability = probability.extracting(units)
    let words = words.extracting(0..<units.count)
    bytes.withRange(units) { bytes in
        for j in bytes.indices {
            bytes[j] = scale.byte(probability[j], random: words[j] >> shift & 0xFFFF)
        }
    }
}
