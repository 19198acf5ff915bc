/// How often values occur: counts between limits, and sums of the values themselves.
public struct EventHistogram: Sendable {
    public let minimum: Double
    public let maximum: Double
    public let sum: Double
    public let sumOfSquares: Double
    /// Values up to the limit, and above the limit before; limits rise.
    public let buckets: [(limit: Double, count: Int)]

    /// - Parameter buckets: By rising limits.
    public init(
        minimum: Double, maximum: Double, sum: Double, sumOfSquares: Double,
        buckets: [(limit: Double, count: Int)]
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.sum = sum
        self.sumOfSquares = sumOfSquares
        self.buckets = buckets
    }
}
