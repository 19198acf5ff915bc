/// What a rank has of a training step, on which the time of the step depends.
public struct StepPart: Hashable, Sendable {
    /// The operations of products, the weights, and the states that are drawn or read.
    public let work: [Double]
    /// Weights whose statistics are added up over ranks; 0 where all cases are here.
    public let summedWeights: Double
    /// Visible states of all sweeps that are added up over ranks; 0 where all hidden units are here.
    public let sharedStates: Double
    /// How often the ranks exchange something.
    public let exchanges: Double

    /// Takes the part of the slowest rank.
    ///
    /// A step with k sweeps has 3 + 2k products. Ranks that share the cases add up the statistics once; ranks
    /// that share the hidden units add up and send states in each sweep, and the scale of the weights once.
    ///
    /// - Parameters:
    ///   - visible: Of the layer.
    ///   - columns: Hidden columns of this rank.
    ///   - cases: Of this rank.
    ///   - sweeps: k.
    ///   - dataRanks: The groups that have different cases.
    ///   - hiddenRanks: The ranks of a group, which share the hidden units of the same cases.
    public init(
        visible: Int, columns: Int, cases: Int, sweeps: Int, dataRanks: Int, hiddenRanks: Int
    ) {
        let (visible, columns, cases) = (Double(visible), Double(columns), Double(cases))
        work = [
            Double(3 + 2 * sweeps) * cases * visible * columns, visible * columns,
            cases * (visible + columns),
        ]
        summedWeights = dataRanks > 1 ? visible * columns : 0
        sharedStates = hiddenRanks > 1 ? Double(sweeps) * cases * visible : 0
        exchanges = (dataRanks > 1 ? 1 : 0) + (hiddenRanks > 1 ? Double(1 + 2 * sweeps) : 0)
    }
}
