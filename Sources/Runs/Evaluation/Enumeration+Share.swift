public import DistributedTraining
public import RBMCore

extension Enumeration {
    /// ln Σ e^{−F} of the blocks of one share, and 0 for all others, shape `[blocks]`.
    ///
    /// - Parameter progress: Is told the share that is done, in [0, 1].
    func logSums(of share: Range<Int>, progress: (Double) -> Void = { _ in }) -> [Double] {
        var logs = [Double](repeating: 0, count: blocks)
        for block in share {
            logs[block] = logSum(block)
            progress(Double(block + 1 - share.lowerBound) / Double(share.count))
        }
        return logs
    }

    /// Collective.
    ///
    /// Computes ln Z, its blocks shared out: the same bits on any number of ranks.
    public func logPartition(
        _ world: borrowing Communicator, progress: (Double) -> Void
    ) throws -> Double {
        var logs = logSums(of: world.share(of: blocks), progress: progress)
        // Every block is one rank's number plus zeros.
        try world.sum(&logs)
        return Self.combine(logs)
    }
}
