/// A stretch of a training: a number of steps, of epochs or of minutes.
public enum Interval: Sendable, Equatable {
    /// A number of updates.
    case steps(Int)
    /// A number of passes over the training cases, which need not be whole.
    case epochs(Double)
    /// A wall time, which need not be whole.
    case minutes(Double)

    /// Tells whether the interval is over as soon as it begins.
    public var isEmpty: Bool {
        switch self {
        case .steps(let count): count == 0
        case .epochs(let count), .minutes(let count): count == 0
        }
    }

    /// Returns the number of updates, rounded to the nearest; nil for minutes.
    ///
    /// An interval that is not empty has at least one step.
    public func steps(perEpoch: Int) -> Int? {
        precondition(perEpoch > 0, "an epoch has \(perEpoch) steps, expected at least 1")
        switch self {
        case .steps(let count): return count
        case .epochs(let count):
            let product = (count * Double(perEpoch)).rounded()
            return isEmpty ? 0 : max(1, Int(exactly: product) ?? Int.max)
        case .minutes: return nil
        }
    }
}
