public import RBMCore

/// What a layer's training remembers from step to step: each component with its own state.
public struct TrainingMemory {
    /// With the parameters.
    public internal(set) var optimizer: Optimizer
    public internal(set) var negativePhase: any NegativePhase
    /// nil without early stopping.
    public internal(set) var earlyStop: EarlyStopWatch?

    /// The memory of a training before its first step; its chains have not begun.
    public init(
        _ options: Optimizer.Options, parameters: Parameters, negativePhase: any NegativePhase,
        earlyStop rule: EarlyStop
    ) {
        optimizer = Optimizer(options, parameters: parameters)
        self.negativePhase = negativePhase
        earlyStop = rule.gap == nil ? nil : EarlyStopWatch()
    }

    /// The same, as a plan has it.
    init(_ plan: LayerPlan, parameters: Parameters) {
        self.init(
            plan.optimizer, parameters: parameters, negativePhase: plan.negativePhase,
            earlyStop: plan.earlyStop)
    }

    /// Takes all but the parameters out of the tree of a run, from which this one goes on.
    ///
    /// - Parameters:
    ///   - own: The numbers of this process's chains among all chains.
    ///   - spec: The layer, maybe a slice of it.
    public mutating func restore(
        _ own: Range<Int>, from state: StateTree, of spec: LayerSpec
    ) throws(StateFault) {
        var state = state
        state.slice = spec.hiddenSlice
        try earlyStop?.restore(from: state, of: optimizer.parameters)
        try optimizer.restore(from: state)
        try negativePhase.restore(own, from: state, of: spec)
    }
}
