public import RBMCore

/// All that a layer's training needs to go on from a step; nothing of it belongs to a rank.
public struct LayerState: Sendable, Equatable {
    /// How many updates have been made.
    public var step: Int
    public var parameters: Parameters
    /// What the optimizer, its gradient terms and the negative phase remember beside the parameters.
    public var tree: StateTree
    /// nil without early stopping.
    public var earlyStop: EarlyStopWatch?

    public init(
        step: Int, parameters: Parameters, tree: StateTree, earlyStop: EarlyStopWatch? = nil
    ) {
        self.step = step
        self.parameters = parameters
        self.tree = tree
        self.earlyStop = earlyStop
    }
}
