public import Analysis

/// How far a kernel is from the trace condition: ln Tr_h e^{T(v,h)} in nats, over the visible states v of
/// a target.
public struct TraceResidual: Sendable, Equatable {
    /// The mean over the target; its error is 0 if all states were summed.
    public let mean: Estimate
    /// The variance over the target, which is 0 at a perfect fit, whatever the mean.
    public let variance: Double
    /// The largest magnitude over the states that occurred.
    public let largest: Double
    /// How many states occurred.
    public let states: Int

    /// Sums over states with their probabilities; states of probability 0 do not count.
    ///
    /// - Precondition: There are as many residuals as probabilities, whose sum is 1.
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

    /// Takes the residuals of configurations that were drawn from the target.
    ///
    /// - Parameter blockLength: How many consecutive configurations may depend on each other.
    /// - Precondition: There is at least one configuration.
    public init(samples residuals: [Double], blockLength: Int) {
        mean = Estimate.mean(of: residuals, blockLength: blockLength)
        let (mean, count) = (mean.value, Double(residuals.count))
        variance = residuals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
        largest = residuals.reduce(0) { max($0, $1.magnitude) }
        states = residuals.count
    }
}
