import RealModule

/// The logarithm of a mean of importance weights, such as that of a ratio of two partition functions.
public struct MeanWeight: Sendable, Equatable {
    /// The logarithm of the mean weight, in nats.
    ///
    /// Its error is one standard deviation by the delta method: the error of the mean weight divided by
    /// the mean. The error is NaN for a single weight, and too small if few weights carry the mean:
    /// see `effectiveSampleSize`.
    public let logarithm: Estimate

    /// (Σw)²/Σw²: the number of equal weights that would tell as much.
    ///
    /// Below about ten, the error tells little.
    public let effectiveSampleSize: Double

    /// Takes the mean of independent weights, given their logarithms.
    ///
    /// - Precondition: There is at least one weight.
    public init(logWeights: [Double]) {
        precondition(!logWeights.isEmpty, "a mean of no weights")
        let count = Double(logWeights.count)
        let logSum = logSumExp(logWeights)
        // Weights divided by their sum.
        let shares = logWeights.map { Double.exp($0 - logSum) }
        effectiveSampleSize = 1 / shares.reduce(0) { $0 + $1 * $1 }
        let spread = shares.reduce(0) { $0 + ($1 - 1 / count) * ($1 - 1 / count) }
        logarithm = Estimate(
            value: logSum - .log(count),
            error: count > 1 ? (spread * count / (count - 1)).squareRoot() : .nan)
    }
}
