public import RandomStreams

/// What units of two states have in common: among others U = −b·v.
public protocol BinaryLaw: UnitLaw {}

extension BinaryLaw {
    public func undecidedLevels(bias: [Float]) -> [Float] {
        Array(repeating: 0.5, count: bias.count)
    }

    /// −b·v of each row, four rows in turn: a single sum waits for each of its additions.
    public func energies(ofRows rows: Span<Double>, bias: Span<Double>) -> [Double] {
        let columns = bias.count
        var energies: [Double] = []
        var row = 0
        while (row + 4) * columns <= rows.count {
            let a = rows.extracting(rowRange(row, of: columns))
            let b = rows.extracting(rowRange(row + 1, of: columns))
            let c = rows.extracting(rowRange(row + 2, of: columns))
            let d = rows.extracting(rowRange(row + 3, of: columns))
            var (sumA, sumB, sumC, sumD) = (0.0, 0.0, 0.0, 0.0)
            for i in bias.indices {
                sumA += a[i] * bias[i]
                sumB += b[i] * bias[i]
                sumC += c[i] * bias[i]
                sumD += d[i] * bias[i]
            }
            energies += [-sumA, -sumB, -sumC, -sumD]
            row += 4
        }
        while (row + 1) * columns <= rows.count {
            energies.append(
                energy(of: rows.extracting(rowRange(row, of: columns)), bias: bias))
            row += 1
        }
        return energies
    }

    public func draw(
        _ levels: Span<Float>, _ words: Span<UInt32>, one: UInt8,
        into states: inout MutableSpan<UInt8>
    ) {
        drawBits(levels, words, one, &states)
    }

    public func draw(
        _ levels: Span<Float>, row: Int, from stream: RandomStream, one: UInt8,
        into states: inout MutableSpan<UInt8>
    ) {
        stream.forEachPart(ofRow: row, units: 0..<levels.count) { part, words in
            states.withRange(part) { drawBits(levels.extracting(part), words, one, &$0) }
        }
    }
}

/// Σ ln ⟨e^{uδ}⟩ over units with two values u, given the probabilities p of the upper one.
///
/// With the width w of the values ln ⟨e^{uδ}⟩ = lower·δ + ln(1 + p(e^{wδ} − 1)), and the logarithm is the
/// series of the cumulants of a bit, here up to the fifth. The sixth is at most ¼: a term of |wδ| ≤ ¼ is
/// off by less than 1e-7.
///
/// - Returns: nil if some |wδ| exceeds ¼.
@inline(__always)
func growthOfTwoStates(
    _ probabilities: Span<Float>, _ changes: Span<Float>, lower: Float, width: Float,
    _ terms: inout [Float]
) -> Double? {
    let sum = sumOfTerms(&terms, count: changes.count, by: joinedLaneSum) { terms in
        for i in terms.indices {
            let (p, x) = (probabilities[i], width * changes[i])
            let variance = p * (1 - p)
            let skew = 1 - 2 * p
            var series = skew * (1 - 12 * variance) * (1 / 120) * x
            series = (series + (1 - 6 * variance) * (1 / 24)) * x
            series = (series + skew * (1 / 6)) * x
            series = (series + 0.5) * x
            terms[i] = lower * changes[i] + (variance * series + p) * x
        }
        return terms.count
    }
    // The bits of magnitudes rise as these do, and a maximum of integers becomes vectors.
    var largest: UInt32 = 0
    for i in changes.indices {
        largest = max(largest, (width * changes[i]).bitPattern & 0x7FFF_FFFF)
    }
    return Float(bitPattern: largest) <= 0.25 ? sum : nil
}

/// Draws bytes of 0 or `one` from probabilities and a random word each.
@inline(__always)
private func drawBits(
    _ probabilities: Span<Float>, _ words: Span<UInt32>, _ one: UInt8,
    _ states: inout MutableSpan<UInt8>
) {
    for i in states.indices { states[i] = words[i].occurs(probabilities[i]) ? one : 0 }
}

/// Σ a·b, in order.
func dot(_ a: Span<Double>, _ b: Span<Double>) -> Double {
    precondition(a.count == b.count, "\(a.count) and \(b.count) numbers")
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
}

/// Σ floor(x) + ln(1 + excess(x)), for ln Σ_u e^{ux} of units of two states.
///
/// The factors 1 + excess lie in [1, 2], so that 512 of them are multiplied before one logarithm is
/// taken. Terms are made in a loop of their own, which becomes vectors; then four sums and products
/// take every fourth of them.
@inline(__always)
func sumOfLogPartitions(
    _ fields: Span<Double>, floor: (Double) -> Double, excess: (Double) -> Double
) -> Double {
    var floors = InlineArray<128, Double>(repeating: 0)
    var factors = InlineArray<128, Double>(repeating: 1)
    var sum = 0.0
    var start = 0
    while start < fields.count {
        let end = min(start + 512, fields.count)
        // Four variables: an array of four would be kept in memory.
        var (linear0, linear1, linear2, linear3) = (0.0, 0.0, 0.0, 0.0)
        var (product0, product1, product2, product3) = (1.0, 1.0, 1.0, 1.0)
        let whole = end - (end - start) % 4
        var i = start
        while i < whole {
            let part = fields.extracting(i..<min(i + floors.count, whole))
            var span = floors.mutableSpan
            for j in part.indices { span[j] = floor(part[j]) }
            span = factors.mutableSpan
            for j in part.indices { span[j] = 1 + excess(part[j]) }
            for j in stride(from: 0, to: part.count, by: 4) {
                linear0 += floors[j]
                linear1 += floors[j &+ 1]
                linear2 += floors[j &+ 2]
                linear3 += floors[j &+ 3]
                product0 *= factors[j]
                product1 *= factors[j &+ 1]
                product2 *= factors[j &+ 2]
                product3 *= factors[j &+ 3]
            }
            i += part.count
        }
        while i < end {
            linear0 += floor(fields[i])
            product0 *= 1 + excess(fields[i])
            i += 1
        }
        sum += linear0 + linear1 + linear2 + linear3
        sum += logarithm((product0 * product1) * (product2 * product3))
        start = end
    }
    return sum
}
