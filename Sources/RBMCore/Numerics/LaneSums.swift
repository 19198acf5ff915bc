// Sums of floats in double precision, in 32 fixed lanes. Lanes vectorize, which a sum in one
// variable does not, because the compiler may not change its order. Their number is fixed, so every
// CPU gives the same bits.

private let lanes = 32

/// Adds all but the last few numbers to the lanes.
///
/// - Returns: Where the others begin, fewer than there are lanes.
@inline(__always)
private func addWholeLanes(
    of values: Span<Float>, to sums: inout InlineArray<32, Double>
) -> Int {
    var start = 0
    while start &+ lanes <= values.count {
        let part = values.extracting(start..<(start &+ lanes))
        var span = sums.mutableSpan
        for lane in 0..<lanes { span[lane] += Double(part[lane]) }
        start &+= lanes
    }
    return start
}

/// Σ x.
func laneSum(_ values: Span<Float>) -> Double {
    var sums = InlineArray<32, Double>(repeating: 0)
    let start = addWholeLanes(of: values, to: &sums)
    var sum = 0.0
    for i in start..<values.count { sum += Double(values[i]) }
    for lane in 0..<lanes { sum += sums[lane] }
    return sum
}

/// Σ x with lanes that are joined pair by pair: other bits than `laneSum`, in half the time for a row of some
/// hundred, because only five additions wait for one another at the end.
func joinedLaneSum(_ values: Span<Float>) -> Double {
    var sums = InlineArray<32, Double>(repeating: 0)
    let start = addWholeLanes(of: values, to: &sums)
    let rest = values.extracting(start..<values.count)
    var span = sums.mutableSpan
    for lane in rest.indices { span[lane] += Double(rest[lane]) }
    for lane in 0..<16 { span[lane] += span[lane &+ 16] }
    for lane in 0..<8 { span[lane] += span[lane &+ 8] }
    for lane in 0..<4 { span[lane] += span[lane &+ 4] }
    return (span[0] + span[2]) + (span[1] + span[3])
}

/// Σ x².
func sumOfSquares(_ values: Span<Float>) -> Double {
    var sum = SquareSum()
    sum.add(values)
    return sum.value
}

/// Σ x² of numbers that come in blocks; the bits are those of one block of all.
struct SquareSum {
    private var sums = InlineArray<32, Double>(repeating: 0)
    private var rest = 0.0
    private var isComplete = false

    /// Adds a block.
    ///
    /// - Precondition: All blocks but the last are a multiple of 32 numbers long.
    mutating func add(_ values: Span<Float>) {
        precondition(!isComplete || values.isEmpty, "a block after one of odd length")
        var start = 0
        var span = sums.mutableSpan
        while start &+ lanes <= values.count {
            let part = values.extracting(start..<(start &+ lanes))
            for lane in 0..<lanes {
                let x = Double(part[lane])
                span[lane] += x * x
            }
            start &+= lanes
        }
        isComplete = start < values.count
        for i in start..<values.count { rest += Double(values[i]) * Double(values[i]) }
    }

    /// The sum of all blocks.
    var value: Double {
        var sum = rest
        for lane in 0..<lanes { sum += sums[lane] }
        return sum
    }
}

/// Σ x² in float: it costs a third, and has a float's precision and range.
func floatSumOfSquares(_ values: Span<Float>) -> Float {
    unsafe values.withUnsafeBytes { bytes in
        // The compiler would keep an array of lanes in memory; it keeps these vectors in registers.
        var even = SIMD16<Float>(repeating: 0)
        var odd = even
        var few = SIMD4<Float>(repeating: 0)
        var last: Float = 0
        var start = 0
        while start &+ 128 <= bytes.count {
            let x = unsafe bytes.loadUnaligned(fromByteOffset: start, as: SIMD16<Float>.self)
            let y = unsafe bytes.loadUnaligned(fromByteOffset: start &+ 64, as: SIMD16<Float>.self)
            even += x * x
            odd += y * y
            start &+= 128
        }
        while start &+ 16 <= bytes.count {
            let x = unsafe bytes.loadUnaligned(fromByteOffset: start, as: SIMD4<Float>.self)
            few += x * x
            start &+= 16
        }
        while start < bytes.count {
            let x = unsafe bytes.load(fromByteOffset: start, as: Float.self)
            last += x * x
            start &+= 4
        }
        let sixteen = even + odd
        let eight = sixteen.lowHalf + sixteen.highHalf
        let four = eight.lowHalf + eight.highHalf + few
        return (four.x + four.z) + (four.y + four.w) + last
    }
}

/// Σ a·b in float, in fixed lanes.
public func laneDot(_ a: Span<Float>, _ b: Span<Float>) -> Double {
    precondition(a.count == b.count, "\(a.count) and \(b.count) numbers")
    let sum = unsafe a.withUnsafeBytes { first in
        unsafe b.withUnsafeBytes { second in
            // The compiler would keep an array of lanes in memory; it keeps a vector in registers.
            var lanes = SIMD16<Float>(repeating: 0)
            var last: Float = 0
            var start = 0
            while start &+ 64 <= first.count {
                let x = unsafe first.loadUnaligned(
                    fromByteOffset: start, as: SIMD16<Float>.self)
                let y = unsafe second.loadUnaligned(
                    fromByteOffset: start, as: SIMD16<Float>.self)
                lanes += x * y
                start &+= 64
            }
            while start < first.count {
                let x = unsafe first.load(fromByteOffset: start, as: Float.self)
                let y = unsafe second.load(fromByteOffset: start, as: Float.self)
                last += x * y
                start &+= 4
            }
            let eight = lanes.lowHalf + lanes.highHalf
            let four = eight.lowHalf + eight.highHalf
            return (four.x + four.z) + (four.y + four.w) + last
        }
    }
    return Double(sum)
}
