// Sums of floats in double precision, in 32 fixed lanes: vector code, and the same bits everywhere,
// where a sum in one variable could be neither.

private let lanes = 32

/// Σ x.
func laneSum(_ values: Span<Float>) -> Double {
    var sums = InlineArray<32, Double>(repeating: 0)
    var start = 0
    while start &+ lanes <= values.count {
        let part = values.extracting(start..<(start &+ lanes))
        var span = sums.mutableSpan
        for lane in 0..<lanes { span[lane] += Double(part[lane]) }
        start &+= lanes
    }
    var sum = 0.0
    for i in start..<values.count { sum += Double(values[i]) }
    for lane in 0..<lanes { sum += sums[lane] }
    return sum
}

/// Σ x².
func sumOfSquares(_ values: Span<Float>) -> Double {
    var sums = InlineArray<32, Double>(repeating: 0)
    var start = 0
    while start &+ lanes <= values.count {
        let part = values.extracting(start..<(start &+ lanes))
        var span = sums.mutableSpan
        for lane in 0..<lanes {
            let x = Double(part[lane])
            span[lane] += x * x
        }
        start &+= lanes
    }
    var sum = 0.0
    for i in start..<values.count { sum += Double(values[i]) * Double(values[i]) }
    for lane in 0..<lanes { sum += sums[lane] }
    return sum
}
