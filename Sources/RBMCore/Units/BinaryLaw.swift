public import RandomStreams

/// What units of two states have in common.
public protocol BinaryLaw: UnitLaw {}

extension BinaryLaw {
    public func undecidedLevels(bias: [Float]) -> [Float] {
        Array(repeating: 0.5, count: bias.count)
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
/// taken.
@inline(__always)
func sumOfLogPartitions(
    _ fields: Span<Double>, floor: (Double) -> Double, excess: (Double) -> Double
) -> Double {
    var sum = 0.0
    var start = 0
    while start < fields.count {
        let end = min(start + 512, fields.count)
        var linear = InlineArray<4, Double>(repeating: 0)
        var product = InlineArray<4, Double>(repeating: 1)
        var i = start
        while i + 4 <= end {
            for lane in 0..<4 {
                let x = fields[i &+ lane]
                linear[lane] += floor(x)
                product[lane] *= 1 + excess(x)
            }
            i += 4
        }
        while i < end {
            linear[0] += floor(fields[i])
            product[0] *= 1 + excess(fields[i])
            i += 1
        }
        sum += linear[0] + linear[1] + linear[2] + linear[3]
        sum += logarithm((product[0] * product[1]) * (product[2] * product[3]))
        start = end
    }
    return sum
}
