/// How a layer learns.
public struct TrainingOptions: Sendable, Equatable {
    public var algorithm = ConfiguredAlgorithm.pcd
    /// Gibbs sweeps per update.
    public var sweeps = 1
    public var chains = ChainCount.batch
    /// Cases per update, over all ranks.
    public var batch = 100
    public var epochs = 30
    public var learningRate = 0.05
    public var schedule = LearningRateSchedule.linear
    /// How long the learning rate rises from 0 at the start; steps or epochs.
    public var warmUp = Interval.epochs(0)
    public var momentum = ConfiguredMomentum.constant(0)
    public var nesterov = false
    public var weightDecay = WeightDecay()
    public var sparsity = Sparsity()
    /// The share of hidden units that dropout keeps.
    public var keepProbability = 1.0
    /// The last part of the updates whose mean is the model; 0 for the last parameters.
    public var average = 0.2
    public var earlyStop = EarlyStop()
    public var seed: UInt64 = 1

    /// Creates the defaults.
    public init() {}

    /// Tells whether an update depends on how many epochs follow it.
    ///
    /// If not, a finished run may be continued by raising `epochs`.
    public var dependsOnEpochs: Bool {
        schedule == .linear || average != 0
    }
}

/// The number of persistent chains.
public enum ChainCount: Sendable, Equatable {
    /// As many as the batch has cases.
    case batch
    case count(Int)
}

/// How the learning rate changes.
public enum LearningRateSchedule: Sendable, Equatable {
    /// Falls linearly to 0 at the last update.
    case linear
    case constant
    /// Is multiplied by the factor each epoch.
    case exponential(factor: Double)
    /// Is divided by 1 + epoch / half-life; the half-life in epochs.
    case inverseTime(halfLife: Double)
}

/// The share of the last update that the next one keeps.
public enum ConfiguredMomentum: Sendable, Equatable {
    case constant(Double)
    /// Changes linearly over the interval, then stays.
    case ramp(from: Double, to: Double, over: Interval)
}

/// The pull of the weights to zero; biases feel none.
public struct WeightDecay: Sendable, Equatable {
    public var l1 = 0.0
    public var l2 = 0.0

    /// Creates no decay.
    public init() {}
}

/// The pull of the hidden units' mean activity to a target.
public struct Sparsity: Sendable, Equatable {
    public var target = 0.0
    public var cost = 0.0
    /// The share of the running mean activity that an update keeps.
    public var memory = 0.95

    /// Creates no pull.
    public init() {}
}

/// When to stop before the last epoch.
public struct EarlyStop: Sendable, Equatable {
    /// The free-energy gap, in nats, above which patience runs; `nil` for never.
    public var gap: Double?
    /// The monitor intervals to wait.
    public var patience = 5

    /// Creates never.
    public init() {}
}
