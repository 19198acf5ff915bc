public import Analysis

/// How far a kernel is from the trace condition: ln Tr_h e^{T(v,h)} over the visible states v of a
/// target, in nats.
public struct TraceResidual: Sendable, Equatable {
    /// The mean over the target; its error is 0 where all states were summed.
    public let mean: Estimate
    /// The variance over the target: 0 at a perfect fit, whatever the mean.
    public let variance: Double
    /// The largest magnitude over the states that were met.
    public let largest: Double
    /// How many states were met.
    public let states: Int

    /// Sums over states with their probabilities; states without weight do not count.
    ///
    /// - Precondition: as many residuals as probabilities, which sum to 1.
    public init(exact residuals: [Double], probabilities: [Double]) {
        precondition(
            residuals.count == probabilities.count,
            "\(residuals.count) residuals, \(probabilities.count) probabilities")
        let pairs = zip(residuals, probabilities).filter { $0.1 > 0 }
        let mean = pairs.reduce(0) { $0 + $1.0 * $1.1 }
        self.mean = Estimate(exact: mean)
        variance = pairs.reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 }
        largest = pairs.reduce(0) { max($0, $1.0.magnitude) }
        states = pairs.count
    }

    /// Takes residuals of configurations drawn from the target.
    ///
    /// - Parameter blockLength: How many consecutive configurations may depend on each other.
    /// - Precondition: there is at least one.
    public init(samples residuals: [Double], blockLength: Int) {
        mean = Estimate.mean(of: residuals, blockLength: blockLength)
        let (mean, count) = (mean.value, Double(residuals.count))
        variance = residuals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
        largest = residuals.reduce(0) { max($0, $1.magnitude) }
        states = residuals.count
    }
}
