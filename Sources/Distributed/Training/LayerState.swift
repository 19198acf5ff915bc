public import RBMCore

/// All that a layer's training needs to go on from a step; nothing of it belongs to a rank.
public struct LayerState: Sendable, Equatable {
    /// How many updates have been made.
    public var step: Int
    public var parameters: Parameters
    /// What the optimizer and its gradient terms remember beside the parameters.
    public var optimizer: StateTree
    /// The hidden states of all chains, shape `[chains, hidden]`; empty for contrastive divergence.
    public var chains: [UInt8]
    /// nil without early stopping.
    public var earlyStop: EarlyStopWatch?

    public init(
        step: Int, parameters: Parameters, optimizer: StateTree, chains: [UInt8],
        earlyStop: EarlyStopWatch? = nil
    ) {
        self.step = step
        self.parameters = parameters
        self.optimizer = optimizer
        self.chains = chains
        self.earlyStop = earlyStop
    }
}
