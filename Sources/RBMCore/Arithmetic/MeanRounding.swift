import RandomStreams

extension PhaseRows {
    /// What both phases' integer means are multiples of: min(batch, chains).
    var divisor: Int { min(globalPositive, globalNegative) }
}

/// Rounds hidden means to signed bytes: +127·mean·d/B in the data phase, −127·mean·d/C in the model
/// phase, with d = min(B, C), so that one sum of both is 127·d times a difference of means.
///
/// Stochastic rounding in integers, (127·fixed + r) >> 16 with 16 random bits r: unbiased, and never
/// beyond ±127, which a float sum that rounds up to 128 would be.
///
/// - Parameters:
///   - probabilities: That each unit is 1, positive rows first, shape `[rows, hidden]`.
///   - bytes: Signed bytes, same shape.
func roundMeans(
    of kind: UnitKind, hidden: Int, probabilities: [Float], rows: PhaseRows,
    rounding: PhaseRounding, into bytes: inout [Int8]
) {
    var bytes = bytes.mutableSpan
    bytes.inBlocks(of: 0..<(rows.positive + rows.negative), columns: hidden) { block, bytes in
        // Two units share a word: the first half takes the low 16 bits, the second the high.
        var words = [UInt32](repeating: 0, count: (hidden + 1) / 2)
        for row in block {
            let isPositive = row < rows.positive
            let total = isPositive ? rows.globalPositive : rows.globalNegative
            let sample =
                isPositive ? rows.firstPositive + row : rows.firstNegative + row - rows.positive
            var wordSpan = words.mutableSpan
            (isPositive ? rounding.positive : rounding.negative).fill(&wordSpan, row: sample)
            let scale = MeanScale(
                one: 65_536 * Float(rows.divisor) / Float(total), isSpin: kind == .spin,
                sign: isPositive ? 1 : -1)
            roundRow(
                probabilities.span.extracting(rowRange(row, of: hidden)), words: words.span,
                scale: scale, row: row - block.lowerBound, into: &bytes)
        }
    }
}

/// How a probability becomes a mean in units of 2⁻¹⁶/127: p, or 2p − 1 for a spin, times a sign.
private struct MeanScale {
    let one: Float
    let shift: Int32
    let offset: Int32
    let signed127: Int32

    init(one: Float, isSpin: Bool, sign: Int32) {
        self.one = one
        shift = isSpin ? 1 : 0
        offset = isSpin ? roundedInteger(one) : 0
        signed127 = 127 * sign
    }

    @inline(__always)
    func byte(_ probability: Float, random: UInt32) -> Int8 {
        let fixed = roundedInteger(probability * one) &<< shift &- offset
        return Int8(
            truncatingIfNeeded: (fixed &* signed127 &+ Int32(truncatingIfNeeded: random)) >> 16)
    }
}

private func roundRow(
    _ probability: Span<Float>, words: Span<UInt32>, scale: MeanScale, row: Int,
    into bytes: inout MutableSpan<Int8>
) {
    let half = words.count
    let start = row * probability.count
    let first = probability.extracting(0..<half)
    let second = probability.extracting(half..<probability.count)
    bytes.withRange(start..<(start + half)) { bytes in
        for j in bytes.indices { bytes[j] = scale.byte(first[j], random: words[j] & 0xFFFF) }
    }
    bytes.withRange((start + half)..<(start + probability.count)) { bytes in
        for j in bytes.indices { bytes[j] = scale.byte(second[j], random: words[j] >> 16) }
    }
}
