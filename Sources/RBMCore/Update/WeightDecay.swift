/// A pull of each weight towards zero: −λ₂W − λ₁ sign W.
///
/// Biases do not decay.
public struct WeightDecay: GradientTerm, Equatable {
    /// λ₁, the cost of a weight's magnitude.
    public let l1: Float
    /// λ₂, twice the cost of a weight's square.
    public let l2: Float

    public var place: GradientPlace { .weights }

    public init(l1: Float = 0, l2: Float = 0) {
        self.l1 = l1
        self.l2 = l2
    }

    public func addToWeights(
        ofVisible unit: Int, at weights: Span<Float>, gradient: inout MutableSpan<Float>
    ) {
        for j in gradient.indices {
            let w = weights[j]
            let sign: Float = (w > 0 ? 1 : 0) - (w < 0 ? 1 : 0)
            gradient[j] = gradient[j] - l2 * w - l1 * sign
        }
    }
}
