/// The learning rate as a function of the step.
public enum Schedule: Sendable, Equatable {
    case constant
    /// From the full rate to zero after the last step.
    case linear

    /// The rate of one of `total` steps, counted from 0.
    public func rate(_ initial: Double, step: Int, of total: Int) -> Float {
        switch self {
        case .constant: Float(initial)
        case .linear: Float(initial * Double(total - step) / Double(total))
        }
    }
}
