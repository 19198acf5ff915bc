public import RBMCore

/// How far a layer's training is from its early end; the same on all ranks, and in its checkpoints.
public struct EarlyStopWatch: Sendable, Equatable {
    /// Records in a row above the gap.
    public var waited = 0
    public var hasStopped = false
    /// The model of the last record within the gap, and its step; nil before there was one.
    ///
    /// It has the hidden columns of this rank.
    public var best: Parameters?
    public var bestStep = 0

    public init() {}

    /// Judges a record.
    ///
    /// - Parameter model: What would be saved at this step.
    mutating func see(gap: Double, step: Int, model: Parameters, rule: EarlyStop) {
        guard rule.gap.map({ gap <= $0 }) ?? true else {
            // Before the first step the machine has learned nothing that could overfit.
            guard step > 0 else { return }
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

    /// The step of the model that a training which ended at `last` leaves behind.
    func choice(ofSteps last: Int) -> Int { waited > 0 && best != nil ? bestStep : last }

    // MARK: State

    /// Writes the watch into the tree of the run.
    func save(into state: inout StateTree) {
        state.note("\(waited),\(bestStep)" + (hasStopped ? ",stopped" : ""), "early_stop")
        if let best { state.set(best, "best") }
    }

    /// Takes the watch out of the tree of a run, from which this one goes on.
    ///
    /// It stays as it is if the run had no early stopping.
    ///
    /// - Parameter model: Of the layer in training.
    mutating func restore(from state: StateTree, of model: Parameters) throws(StateFault) {
        guard let text = state.notes["early_stop"] else { return }
        let words = text.split(separator: ",")
        guard words.count == 2 || words.count == 3 && words[2] == "stopped",
            let waited = Int(words[0]), let step = Int(words[1]), waited >= 0, step >= 0
        else {
            throw StateFault(
                problem: "says `early_stop` is `\(text)`; expected two counts and maybe `stopped`")
        }
        self.waited = waited
        hasStopped = words.count == 3
        best = try state.parameters("best", like: model)
        bestStep = step
    }
}
