public import Ising
public import Ranks

extension SamplingPlan {
    /// Local.
    ///
    /// Returns the configurations that this rank draws: whole blocks, except that the last block of
    /// all may be cut.
    public func share(of total: Int, _ world: borrowing Communicator) -> Range<Int> {
        let blocks = world.share(of: (total + blockSize - 1) / blockSize)
        return min(total, blocks.lowerBound * blockSize)..<min(total, blocks.upperBound * blockSize)
    }
}
