/// How the integers of a row become pre-activations.
struct PreactivationConversion {
    let scale: Float
    let isSpin: Bool
    let maximum: Int32

    /// result ← bias + low·scale, for weights of one byte.
    func convert(
        _ low: Span<Int32>, _ sums: [Int32], _ bias: [Float], into result: inout MutableSpan<Float>
    ) {
        let bias = bias.span
        if isSpin {
            let sums = sums.span
            for j in result.indices {
                result[j] = bias[j] + Float(2 &* low[j] &- maximum &* sums[j]) * scale
            }
        } else {
            for j in result.indices { result[j] = bias[j] + Float(low[j]) * scale }
        }
    }

    /// result ← bias + (256·high + low)·scale; added as floats because the integer could overflow.
    func convert(
        _ high: Span<Int32>, _ low: Span<Int32>, _ sums: (high: [Int32], low: [Int32]),
        _ bias: [Float], into result: inout MutableSpan<Float>
    ) {
        let bias = bias.span
        if isSpin {
            let highSums = sums.high.span
            let lowSums = sums.low.span
            for j in result.indices {
                let high = 2 &* high[j] &- maximum &* highSums[j]
                let low = 2 &* low[j] &- maximum &* lowSums[j]
                result[j] = bias[j] + (Float(high) * 256 + Float(low)) * scale
            }
        } else {
            for j in result.indices {
                result[j] = bias[j] + (Float(high[j]) * 256 + Float(low[j])) * scale
            }
        }
    }
}
