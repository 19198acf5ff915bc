import RBMCore

/// The best value that the records of a layer have shown so far.
struct BestRecord: Equatable {
    let metric: BestMetric
    private(set) var value: Double?

    init(_ metric: BestMetric) { self.metric = metric }

    /// Judges a record, and returns whether it is the best so far.
    ///
    /// The machine before its first step is never the best, and neither is a record without the quantity.
    mutating func see(_ record: MonitorRecord, step: Int) -> Bool {
        guard step > 0, let new = record.number(metric.metric), new.isFinite else { return false }
        if let value, !metric.isBetter(new, than: value) { return false }
        value = new
        return true
    }

    // MARK: State

    private static let note = "best_record"

    /// Writes the value into the tree of the run.
    func save(into state: inout StateTree) {
        if let value { state.note("\(metric.rawValue) \(value)", Self.note) }
    }

    /// Takes the value out of the tree of a run, from which this one goes on.
    ///
    /// If the run judged by another metric, or by none, its records do not count.
    mutating func restore(from state: StateTree) throws(StateFault) {
        guard let text = state.notes[Self.note] else { return }
        let words = text.split(separator: " ")
        guard words.count == 2, let value = Double(words[1]), value.isFinite else {
            throw StateFault(
                problem: "says `\(Self.note)` is `\(text)`; expected a metric and a number")
        }
        self.value = words[0] == metric.rawValue ? value : nil
    }
}

extension BestMetric {
    /// What a record calls it.
    var metric: Metric {
        switch self {
        case .logLikelihood: .logLikelihoodHeldOut
        case .pseudoLogLikelihood: .pseudoLogLikelihoodHeldOut
        case .reconstruction: .reconstructionCrossEntropy
        case .chainMeans: .chainMeansDeviation
        case .chainStructure: .chainStructureDeviation
        }
    }
}
