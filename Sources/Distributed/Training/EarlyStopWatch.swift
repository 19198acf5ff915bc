public import RBMCore

/// How far a layer's training is from its early end; the same on all ranks, and in its checkpoints.
public struct EarlyStopWatch: Sendable, Equatable {
    /// Records in a row above the gap.
    public var waited = 0
    public var hasStopped = false
    /// The model of the last record within the gap, and its step; nil before there was one.
    public var best: Parameters?
    public var bestStep = 0

    public init() {}

    /// Judges a record.
    ///
    /// - Parameter model: What would be saved at this step.
    mutating func see(gap: Double, step: Int, model: Parameters, rule: EarlyStop) {
        guard rule.gap.map({ gap <= $0 }) ?? true else {
            waited += 1
            hasStopped = waited >= rule.patience
            return
        }
        waited = 0
        best = model
        bestStep = step
    }

    /// The model that training leaves behind: that of the last record within the gap.
    func choice(_ last: Parameters) -> Parameters { waited > 0 ? best ?? last : last }
}
