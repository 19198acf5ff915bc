import Configuration
public import FlowMaps
public import RBMCore

/// The learning rate and the momentum of `wilson train`: by a schedule, a warm-up and a ramp.
public struct ScheduledPace: LearningPace {
    /// The learning rate of the first step.
    private let rate: Double
    /// nil for a rate that falls along a line to one of its own at the last step.
    private let schedule: Schedule?
    private let finalRate: Double
    private let warmUp: Interval
    private let momentum: Momentum

    /// - Parameters:
    ///   - rate: The largest learning rate.
    ///   - schedule: nil for a rate that falls along a line to `finalRate` at the last step.
    ///   - warmUp: How long the rate rises from 0.
    public init(
        rate: Double, schedule: Schedule?, finalRate: Double, warmUp: Interval, momentum: Momentum
    ) {
        self.rate = rate
        self.schedule = schedule
        self.finalRate = finalRate
        self.warmUp = warmUp
        self.momentum = momentum
    }

    public func rate(step: Int, of count: Int, perEpoch: Int) -> Double {
        let scheduled =
            schedule.map { Double($0.rate(rate, step: step, of: count, stepsPerEpoch: perEpoch)) }
            ?? FallingPace(from: rate, to: finalRate, momentum: 0)
            .rate(step: step, of: count, perEpoch: perEpoch)
        let rising = warmUp.steps(perEpoch: perEpoch) ?? 0
        guard step + 1 < rising else { return scheduled }
        return Double(WarmUp(steps: rising).rate(Float(scheduled), step: step))
    }

    public func momentum(step: Int, perEpoch: Int) -> Double {
        momentum.isConstant
            ? momentum.to : Double(momentum.value(step: step, stepsPerEpoch: perEpoch))
    }

    /// What tells it from others, by the names of a run's settings.
    var settings: [String: String] {
        var settings = [
            "autoencoder.learning_rate": "\(rate)",
            "autoencoder.momentum": momentum.isConstant ? "\(momentum.to)" : momentum.text,
        ]
        if let schedule {
            settings["autoencoder.schedule"] = schedule.text
        } else {
            settings["autoencoder.final_learning_rate"] = "\(finalRate)"
        }
        if !warmUp.isEmpty { settings["autoencoder.warm_up"] = warmUp.text }
        return settings
    }
}
