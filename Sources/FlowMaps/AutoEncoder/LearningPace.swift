/// How fast each step of a layer's training learns.
public protocol LearningPace: Sendable {
    /// The learning rate of one of `count` steps, counted from 0, of which an epoch has `perEpoch`; a step
    /// adds that much of the mean slope.
    func rate(step: Int, of count: Int, perEpoch: Int) -> Double

    /// The share of the last change that a step keeps.
    func momentum(step: Int, perEpoch: Int) -> Double
}

/// A learning rate that falls along a line, with one momentum.
public struct FallingPace: LearningPace {
    /// The learning rate of the first step.
    public let first: Double
    /// That of the last step.
    public let last: Double
    public let momentum: Double

    public init(from first: Double, to last: Double, momentum: Double) {
        self.first = first
        self.last = last
        self.momentum = momentum
    }

    public func rate(step: Int, of count: Int, perEpoch: Int) -> Double {
        let end = max(1, count - 1)
        let share = Double(min(step, end)) / Double(end)
        return first * (1 - share) + last * share
    }

    public func momentum(step: Int, perEpoch: Int) -> Double { momentum }
}
