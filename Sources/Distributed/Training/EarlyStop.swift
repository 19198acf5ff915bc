public import RBMCore

/// Ends a layer's training when the free-energy gap, F(held-out) − F(train), stays above a limit.
public struct EarlyStop: Sendable, Equatable {
    /// In nats.
    public let gap: Double
    /// Records in a row above the gap after which training ends.
    public let patience: Int

    public init(gap: Double, patience: Int) {
        precondition(patience > 0, "a patience of \(patience) records")
        self.gap = gap
        self.patience = patience
    }
}

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
        guard gap <= rule.gap else {
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
