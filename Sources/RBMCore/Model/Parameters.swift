/// The parameters of an RBM, or any quantity of the same shape: a gradient, a velocity, a mean.
///
/// All values lie in one array, so that one loop updates them and one tensor list stores them.
public struct Parameters: Sendable, Equatable {
    public let visibleCount: Int
    public let hiddenCount: Int

    /// Whether visible units have variances of their own, which only Gaussian units may have.
    public let hasLogVariances: Bool

    /// Weights row by row, shape `[visible, hidden]`, then visible biases, then hidden biases.
    ///
    /// The logarithms of the visible variances follow if Gaussian units have them.
    public var values: [Float]

    /// Creates parameters that are all zero.
    public init(visible: Int, hidden: Int, logVariances: Bool = false) {
        precondition(visible > 0 && hidden >= 0, "a layer has no units: \(visible)×\(hidden)")
        visibleCount = visible
        hiddenCount = hidden
        hasLogVariances = logVariances
        let count = visible * hidden + visible + hidden
        values = Array(repeating: 0, count: count + (logVariances ? visible : 0))
    }

    /// Creates parameters from their parts.
    ///
    /// - Parameters:
    ///   - weights: Shape `[visible, hidden]`.
    ///   - visibleBias: Shape `[visible]`.
    ///   - hiddenBias: Shape `[hidden]`.
    ///   - logVariances: ln σ² of Gaussian visible units, shape `[visible]`; nil for none.
    public init(
        weights: [Float], visibleBias: [Float], hiddenBias: [Float], logVariances: [Float]? = nil
    ) {
        let (visible, hidden) = (visibleBias.count, hiddenBias.count)
        precondition(visible > 0, "a layer has no units: \(visible)×\(hidden)")
        precondition(
            weights.count == visible * hidden,
            "\(weights.count) weights for \(visible)×\(hidden) units")
        precondition(
            logVariances == nil || logVariances?.count == visible,
            "\(logVariances?.count ?? 0) variances of \(visible) units")
        visibleCount = visible
        hiddenCount = hidden
        hasLogVariances = logVariances != nil
        var values: [Float] = []
        // A sum of arrays would hold the weights of a large layer more than once.
        values.reserveCapacity(weights.count + 2 * visible + hidden)
        for part in [weights, visibleBias, hiddenBias, logVariances ?? []] { values += part }
        self.values = values
    }

    /// Parameters of the same shape that are all zero.
    public var zero: Parameters {
        Parameters(visible: visibleCount, hidden: hiddenCount, logVariances: hasLogVariances)
    }

    public var weightCount: Int { visibleCount * hiddenCount }
    public var visibleBiasRange: Range<Int> { weightCount..<(weightCount + visibleCount) }
    public var hiddenBiasRange: Range<Int> {
        (weightCount + visibleCount)..<(weightCount + visibleCount + hiddenCount)
    }
    /// The logarithms of the variances; empty without variances.
    public var logVarianceRange: Range<Int> { hiddenBiasRange.upperBound..<values.count }

    public var weights: [Float] { Array(values[..<weightCount]) }
    public var visibleBias: [Float] { Array(values[visibleBiasRange]) }
    public var hiddenBias: [Float] { Array(values[hiddenBiasRange]) }
    public var logVariances: [Float] { Array(values[logVarianceRange]) }

    /// The weight between a visible and a hidden unit.
    public subscript(visible: Int, hidden: Int) -> Float {
        get { values[visible * hiddenCount + hidden] }
        set { values[visible * hiddenCount + hidden] = newValue }
    }

    /// The Frobenius norm of the weights alone.
    public var weightNorm: Double {
        sumOfSquares(values.span.extracting(0..<weightCount)).squareRoot()
    }

    /// The bits of the largest magnitude among all values.
    ///
    /// They are at least those of infinity if a value is not finite.
    ///
    /// Magnitudes of floats have the same order as their bits, and a maximum of integers
    /// vectorizes, unlike `max` of floats.
    public var largestMagnitudeBits: UInt32 { RBMCore.largestMagnitudeBits(values.span) }

    /// A hash of 64 bits, equal for equal values and different for others except by chance (FNV-1a
    /// over the bits, in four lanes).
    public var fingerprint: UInt64 {
        let prime: UInt64 = 0x100_0000_01B3
        let values = self.values.span
        var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (0xCBF2_9CE4_8422_2325, 1, 2, 3)
        // One lane would wait for each product.
        let whole = values.count / 4 * 4
        for i in stride(from: 0, to: whole, by: 4) {
            a = (a ^ UInt64(values[i].bitPattern)) &* prime
            b = (b ^ UInt64(values[i + 1].bitPattern)) &* prime
            c = (c ^ UInt64(values[i + 2].bitPattern)) &* prime
            d = (d ^ UInt64(values[i + 3].bitPattern)) &* prime
        }
        for i in whole..<values.count { a = (a ^ UInt64(values[i].bitPattern)) &* prime }
        for lane in [b, c, d] { a = (a ^ lane ^ lane >> 32) &* prime }
        return a
    }

    /// Whether all values are finite.
    public var isFinite: Bool { largestMagnitudeBits < Float.infinity.bitPattern }
}

/// The bits of the largest magnitude.
func largestMagnitudeBits(_ values: Span<Float>) -> UInt32 {
    var largest: UInt32 = 0
    for i in values.indices { largest = max(largest, values[i].bitPattern & 0x7FFF_FFFF) }
    return largest
}
