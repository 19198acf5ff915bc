import Analysis

/// The variational bound of the mean log-likelihood under the stack that ends with a layer.
public struct LayerBound: Encodable, Sendable, Equatable {
    /// The layer on top, from 0.
    public let layer: Int
    /// The bound by the estimate of the layer's ln Z; nil if that is undetermined.
    public let bound: Double?
    /// The bound by the upper bound of ln Z, and two standard errors of the draws of hidden units.
    public let boundLower: Double
    /// The bound by the lower bound of ln Z, and two standard errors of the draws of hidden units.
    public let boundUpper: Double
    /// How far the layer's ln Z can be trusted: exact, determined, rough or undetermined.
    public let logZVerdict: String
    /// How much higher the bound is than that of the stack without the layer, in nats; nil for the
    /// lowest layer, and where one of the two is undetermined.
    public let gain: Double?

    /// Subtracts ln Z from the mean term of a stack.
    ///
    /// - Parameters:
    ///   - mean: The mean of the stack's terms, with the error that comes from the draws.
    ///   - below: The bound of the stack without the layer.
    ///   - isProbability: Whether states have probabilities, whose logarithm is at most 0.
    init(
        layer: Int, mean: Estimate, logZ: KnownPartition, below: LayerBound?, isProbability: Bool
    ) {
        let most = isProbability ? 0.0 : .infinity
        self.layer = layer
        let value = logZ.value.map { mean.value - $0 }
        bound = value.flatMap { $0 > most ? nil : $0 }
        boundLower = min(most, mean.value - logZ.upper - 2 * mean.error)
        boundUpper = min(most, mean.value - logZ.lower + 2 * mean.error)
        logZVerdict = logZ.verdict
        let (own, other) = (bound, below?.bound)
        gain = own.flatMap { own in other.map { own - $0 } }
    }
}

/// ln Z of a layer, exact or between bounds.
struct KnownPartition {
    /// nil if it is undetermined.
    let value: Double?
    let lower: Double
    let upper: Double
    let verdict: String

    init(exact value: Double) {
        (self.value, lower, upper, verdict) = (value, value, value, "exact")
    }

    init(_ annealed: AnnealedPartition) {
        let found = annealed.logZ
        value = found.verdict == .undetermined ? nil : found.ratio.value
        (lower, upper, verdict) = (found.lower, found.upper, found.verdict.rawValue)
    }
}
