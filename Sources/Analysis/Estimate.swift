/// A number that was measured or calculated, with its standard error.
public struct Estimate: Sendable, Equatable {
    /// The number; NaN when nothing was measured.
    public let value: Double
    /// The standard deviation of `value`; 0 when it is exact, NaN when the data cannot tell it.
    public let error: Double

    public init(value: Double, error: Double) {
        self.value = value
        self.error = error
    }

    /// Takes a number that is known exactly.
    public init(exact value: Double) { self.init(value: value, error: 0) }

    /// Divides both numbers by a positive constant.
    public static func / (estimate: Estimate, divisor: Double) -> Estimate {
        Estimate(value: estimate.value / divisor, error: estimate.error / divisor)
    }
}
