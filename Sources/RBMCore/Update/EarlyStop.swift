/// Ends the training of a layer when the free-energy gap, F(held-out) − F(train), has been above a
/// limit for a number of records in a row; the model is then that of the last record within it.
public struct EarlyStop: Sendable, Equatable {
    /// The limit, in nats; nil for a training that goes to its last step.
    public var gap: Double?
    /// The number of records.
    public var patience: Int

    public init(gap: Double?, patience: Int) {
        precondition(patience > 0, "a patience of \(patience) records")
        self.gap = gap
        self.patience = patience
    }

    /// The rule of a training that goes to its last step.
    public static let never = EarlyStop(gap: nil, patience: 1)
}
