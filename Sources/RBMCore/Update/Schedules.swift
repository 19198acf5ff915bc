// What changes with the step: the learning rate by a schedule and a warm-up, and the momentum.

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

/// The share of the last update that the next one keeps, as a function of the step.
public struct Momentum: Sendable, Equatable {
    public var from: Double
    public var to: Double
    /// How long it changes, linearly; empty if it is `to` from the start.
    public var over: Interval

    public init(from: Double, to: Double, over: Interval) {
        precondition(
            (0..<1).contains(from) && (0..<1).contains(to),
            "momentum from \(from) to \(to) over \(over)")
        self.from = from
        self.to = to
        self.over = over
    }

    /// A momentum that does not change.
    public static func constant(_ value: Double) -> Momentum {
        Momentum(from: value, to: value, over: .steps(0))
    }

    /// The momentum of a step, counted from 0.
    public func value(step: Int, stepsPerEpoch: Int) -> Float {
        let steps = over.steps(perEpoch: stepsPerEpoch) ?? 0
        return step < steps ? Float(from + (to - from) * Double(step) / Double(steps)) : Float(to)
    }

    /// Tells whether all steps have the same momentum.
    public var isConstant: Bool { over.isEmpty }

    /// The largest momentum of any step.
    public var largest: Double { isConstant ? to : max(from, to) }
}
