/// Which rows of a step belong to this process: a part of the batch, and a part of the chains.
///
/// It also says how many there are over all processes, which sums are divided by.
public struct StepShare: Sendable, Equatable {
    /// Rows of the data phase of this process.
    public var positive: Int
    /// Rows of the model phase of this process.
    public var negative: Int
    /// Rows of the data phase of all processes: the batch.
    public var globalPositive: Int
    /// Rows of the model phase of all processes.
    public var globalNegative: Int
    /// The first row of this process in the batch.
    public var firstPositive: Int
    /// The first row of this process in the model phase.
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
