/// How the integer products of a row become pre-activations: bias + Σ value·weight.
///
/// The value of a spin is 2x/m − 1. The integers 2·Σ x·w − m·Σ w are exact, and the scale divides
/// by m.
struct PreactivationConversion {
    private let scale: Float
    private let hasOffset: Bool
    private let maximum: Int32
    private let sums: WeightSums

    /// - Parameters:
    ///   - scale: What one unit of the weights' integers is worth.
    ///   - below: The kind of the units that are multiplied by the weights.
    ///   - encoding: How the states of these units are stored.
    ///   - sums: Σ w over these units; only kinds whose level 0 has a value need it.
    init(scale: Float, below: any UnitKind, encoding: StateEncoding, sums: WeightSums) {
        self.scale = scale / Float(encoding.maximum)
        hasOffset = below.offset != 0
        maximum = Int32(encoding.maximum)
        self.sums = sums
    }

    /// Converts some columns of a row.
    ///
    /// - Parameters:
    ///   - high: The products of the weights' high bytes; empty for formats without pairs of bytes.
    ///   - low: The products of the low bytes, or of the weights as a whole.
    ///   - bias: The biases of all columns.
    func convert(
        _ high: Span<Int32>, _ low: Span<Int32>, _ bias: [Float], columns: Range<Int>,
        into result: inout MutableSpan<Float>
    ) {
        let bias = bias.span.extracting(columns)
        switch (hasOffset, high.isEmpty) {
        case (false, true): for j in result.indices { result[j] = bias[j] + Float(low[j]) * scale }
        case (false, false):
            for j in result.indices { result[j] = bias[j] + whole(high[j], low[j]) }
        case (true, true):
            let sums = sums.low.span.extracting(columns)
            for j in result.indices {
                result[j] = bias[j] + Float(centred(low[j], sums[j])) * scale
            }
        case (true, false):
            let highSums = sums.high.span.extracting(columns)
            let lowSums = sums.low.span.extracting(columns)
            for j in result.indices {
                result[j] =
                    bias[j] + whole(centred(high[j], highSums[j]), centred(low[j], lowSums[j]))
            }
        }
    }

    /// (256·high + low)·scale.
    ///
    /// The two are added as floats, because the integer could overflow.
    @inline(__always)
    private func whole(_ high: Int32, _ low: Int32) -> Float {
        (Float(high) * 256 + Float(low)) * scale
    }

    @inline(__always)
    private func centred(_ product: Int32, _ sum: Int32) -> Int32 { 2 &* product &- maximum &* sum }
}
