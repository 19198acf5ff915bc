public import Ranks
public import RBMCore

extension Enumeration {
    /// Returns ln Σ e^{−F} for each block of a share, and 0 for all others, shape `[blocks]`.
    ///
    /// - Parameter progress: Receives the share that is done, in [0, 1].
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
    /// Computes ln Z, each rank a share of the blocks; the same bits on any number of ranks.
    public func logPartition(
        _ world: borrowing Communicator, progress: (Double) -> Void
    ) throws -> Double {
        var logs = logSums(of: world.share(of: blocks), progress: progress)
        // Of each block one rank has the number, and all others have zero.
        try world.sum(&logs)
        return Self.combine(logs)
    }
}
