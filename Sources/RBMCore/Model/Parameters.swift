/// The parameters of an RBM, or any quantity of the same shape: a gradient, a velocity, a mean.
///
/// All values lie in one array, so that one loop updates them and one tensor list stores them.
public struct Parameters: Sendable, Equatable {
    public let visibleCount: Int
    public let hiddenCount: Int

    /// Weights row by row, shape `[visible, hidden]`; then visible biases, then hidden biases.
    public var values: [Float]

    /// Creates parameters that are all zero.
    public init(visible: Int, hidden: Int) {
        precondition(visible > 0 && hidden > 0, "a layer has no units: \(visible)×\(hidden)")
        visibleCount = visible
        hiddenCount = hidden
        values = Array(repeating: 0, count: visible * hidden + visible + hidden)
    }

    /// Creates parameters from their three parts.
    ///
    /// - Parameters:
    ///   - weights: Shape `[visible, hidden]`.
    ///   - visibleBias: Shape `[visible]`.
    ///   - hiddenBias: Shape `[hidden]`.
    public init(weights: [Float], visibleBias: [Float], hiddenBias: [Float]) {
        self.init(visible: visibleBias.count, hidden: hiddenBias.count)
        precondition(
            weights.count == weightCount,
            "\(weights.count) weights for \(visibleCount)×\(hiddenCount) units")
        values = weights + visibleBias + hiddenBias
    }

    public var weightCount: Int { visibleCount * hiddenCount }
    public var visibleBiasRange: Range<Int> { weightCount..<(weightCount + visibleCount) }
    public var hiddenBiasRange: Range<Int> { (weightCount + visibleCount)..<values.count }

    public var weights: [Float] { Array(values[..<weightCount]) }
    public var visibleBias: [Float] { Array(values[visibleBiasRange]) }
    public var hiddenBias: [Float] { Array(values[hiddenBiasRange]) }

    /// The weight between a visible and a hidden unit.
    public subscript(visible: Int, hidden: Int) -> Float {
        get { values[visible * hiddenCount + hidden] }
        set { values[visible * hiddenCount + hidden] = newValue }
    }

    /// The Frobenius norm of the weights alone.
    public var weightNorm: Double {
        sumOfSquares(values.span.extracting(0..<weightCount)).squareRoot()
    }

    /// The bits of the largest magnitude among all values; those of infinity or above when a value
    /// is not finite.
    ///
    /// Magnitudes of floats order like their bits, and integers vectorize where `max` of floats
    /// does not.
    public var largestMagnitudeBits: UInt32 { RBMCore.largestMagnitudeBits(values.span) }

    /// 64 bits that differ between any two sets of values but by chance (FNV-1a over their bits).
    public var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for i in values.indices { hash = (hash ^ UInt64(values[i].bitPattern)) &* 0x100_0000_01B3 }
        return hash
    }

    /// Whether no value is infinite or not a number.
    public var isFinite: Bool { largestMagnitudeBits < Float.infinity.bitPattern }
}

/// The bits of the largest magnitude.
func largestMagnitudeBits(_ values: Span<Float>) -> UInt32 {
    var largest: UInt32 = 0
    for i in values.indices { largest = max(largest, values[i].bitPattern & 0x7FFF_FFFF) }
    return largest
}
