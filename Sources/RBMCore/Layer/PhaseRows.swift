/// How many rows the two phases of a step have: here, and over all processes.
public struct PhaseRows: Sendable, Equatable {
    /// Rows of the data phase of this process.
    public var positive: Int
    /// Rows of the model phase (chains) of this process.
    public var negative: Int
    /// Rows of the data phase of all processes: the batch.
    public var globalPositive: Int
    /// Rows of the model phase of all processes: the chains.
    public var globalNegative: Int
    /// The first row of this process in the batch.
    public var firstPositive: Int
    /// The first row of this process among the chains.
    public var firstNegative: Int

    public init(
        positive: Range<Int>, of globalPositive: Int, negative: Range<Int>, of globalNegative: Int
    ) {
        self.positive = positive.count
        self.negative = negative.count
        self.globalPositive = globalPositive
        self.globalNegative = globalNegative
        firstPositive = positive.lowerBound
        firstNegative = negative.lowerBound
    }
}
