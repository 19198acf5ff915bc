/// An estimate of ln Z, or of the logarithm of a ratio of two, from independent importance weights.
public struct LogPartitionEstimate: Sendable, Equatable {
    /// The logarithm of the mean weight, in nats.
    public let logZ: Double

    /// One standard deviation of `logZ` by the delta method: the error of the mean weight divided
    /// by the mean.
    ///
    /// It is NaN for a single weight, and too small if few weights carry the mean: see
    /// `effectiveSampleSize`.
    public let error: Double

    /// (Σw)²/Σw²: the number of equal weights that would tell as much.
    ///
    /// Below about ten, `error` tells little.
    public let effectiveSampleSize: Double

    /// Takes the mean of weights, given their logarithms.
    ///
    /// - Precondition: There is at least one weight.
    public init(logWeights: [Double]) {
        precondition(!logWeights.isEmpty, "a mean of no weights")
        let count = Double(logWeights.count)
        let logSum = Enumeration.combine(logWeights)
        logZ = logSum - logarithm(count)
        // Weights divided by their sum. A weight below e⁻⁷⁰⁸ of the sum counts as e⁻⁷⁰⁸.
        let shares = logWeights.map { exponential($0 - logSum) }
        let squares = shares.reduce(0) { $0 + $1 * $1 }
        effectiveSampleSize = 1 / squares
        let spread = shares.reduce(0) { $0 + ($1 - 1 / count) * ($1 - 1 / count) }
        error = count > 1 ? (spread * count / (count - 1)).squareRoot() : .nan
    }
}
