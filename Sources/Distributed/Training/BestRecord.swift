import RBMCore

/// By what the best record of a layer is told.
public struct BestRule: Sendable, Equatable {
    public let metric: Metric
    /// Whether a model with a larger value is better.
    public let prefersLarge: Bool

    public init(_ metric: Metric, prefersLarge: Bool) {
        self.metric = metric
        self.prefersLarge = prefersLarge
    }
}

/// The best value that the records of a layer have shown so far.
struct BestRecord: Equatable {
    let rule: BestRule
    private(set) var value: Double?

    init(_ rule: BestRule) { self.rule = rule }

    /// Judges a record, and returns whether it is the best so far.
    ///
    /// The machine before its first step is never the best, and neither is a record without the quantity.
    mutating func see(_ record: MonitorRecord, step: Int) -> Bool {
        guard step > 0, let new = record.number(rule.metric), new.isFinite else { return false }
        if let value, rule.prefersLarge ? new <= value : new >= value { return false }
        value = new
        return true
    }

    // MARK: State

    private static let note = "best_record"

    /// Writes the value into the tree of the run.
    func save(into state: inout StateTree) {
        if let value { state.note("\(rule.metric.name) \(value)", Self.note) }
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
        self.value = words[0] == rule.metric.name ? value : nil
    }
}
