/// A mean with its standard error.
public struct Estimate: Sendable, Equatable {
    /// NaN when nothing was measured.
    public let mean: Double
    /// One standard deviation of the mean; 0 for an exact value, NaN when a single block tells none.
    public let error: Double

    public init(mean: Double, error: Double) {
        self.mean = mean
        self.error = error
    }
}
