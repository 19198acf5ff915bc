/// The learning rate as a function of the step.
public enum Schedule: Sendable, Equatable {
    case constant
    /// From the full rate to zero after the last step.
    case linear
    /// The full rate times factorᵗ, t in epochs; the factor in (0, 1].
    case exponential(factor: Double)
    /// The full rate divided by 1 + t/halfLife, t in epochs.
    case inverseTime(halfLife: Double)

    /// The rate of one of `total` steps, counted from 0.
    public func rate(
        _ initial: Double, step: Int, of total: Int, stepsPerEpoch: Int = 1
    ) -> Float {
        let epochs = Double(step) / Double(stepsPerEpoch)
        return switch self {
        case .constant: Float(initial)
        case .linear: Float(initial * Double(total - step) / Double(total))
        case .exponential(let factor):
            Float(initial * RBMCore.exponential(epochs * logarithm(factor)))
        case .inverseTime(let halfLife): Float(initial / (1 + epochs / halfLife))
        }
    }
}

/// The rise of the learning rate over the first steps: step t of `steps` has the share (t + 1)/steps.
public struct WarmUp: Sendable, Equatable {
    public let steps: Int

    public init(steps: Int) {
        precondition(steps >= 0, "a warm-up of \(steps) steps")
        self.steps = steps
    }

    /// The rate of a step, given what the schedule says; exactly that once the warm-up is over.
    public func rate(_ scheduled: Float, step: Int) -> Float {
        step + 1 < steps ? Float(Double(scheduled) * Double(step + 1) / Double(steps)) : scheduled
    }
}
