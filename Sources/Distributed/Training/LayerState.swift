public import RBMCore

/// All that a layer's training needs to go on from a step; nothing of it belongs to a rank.
public struct LayerState: Sendable, Equatable {
    /// How many updates have been made.
    public var step: Int
    public var parameters: Parameters
    /// nil without momentum.
    public var velocity: Parameters?
    /// nil before the averaged part of the run.
    public var average: Parameters?
    /// How many updates the average is over.
    public var averaged: Int
    /// The hidden states of all chains, shape `[chains, hidden]`; empty for contrastive divergence.
    public var chains: [UInt8]
    /// The slow mean of the hidden units' activities; nil without sparsity.
    public var activity: [Float]?
    /// nil without early stopping.
    public var earlyStop: EarlyStopWatch?

    public init(
        step: Int, parameters: Parameters, velocity: Parameters?, average: Parameters?,
        averaged: Int, chains: [UInt8], activity: [Float]? = nil,
        earlyStop: EarlyStopWatch? = nil
    ) {
        self.step = step
        self.parameters = parameters
        self.velocity = velocity
        self.average = average
        self.averaged = averaged
        self.chains = chains
        self.activity = activity
        self.earlyStop = earlyStop
    }

    /// The parameters that a model file would hold now.
    public var result: Parameters { average ?? parameters }
}
