import Analysis
import Ranks
import RBMCore

extension ModelPath {
    /// Collective.
    ///
    /// Bounds the ratio of the two partition functions by chains that all ranks share.
    ///
    /// - Parameters:
    ///   - chains: How many chains of all ranks go from the first RBM to the second one.
    ///   - ahead: The states of this rank's share of them, which are moved.
    ///   - back: The states of this rank's chains that go back.
    ///   - backChains: The numbers of those among all chains that go back.
    ///   - settling: The sweeps of the second RBM before they go.
    func ratio(
        chains: Int, ahead: inout [UInt8], back: [UInt8], _ backChains: Range<Int>, settling: Int,
        _ world: borrowing Communicator
    ) throws -> BoundedRatio {
        let own = world.share(of: chains)
        let forward = forward(&ahead, chains: own)
        var back = back
        settle(&back, chains: backChains, sweeps: settling)
        let reverse = reverse(&back, chains: backChains)
        var total = [Int64(backChains.count)]
        try world.sum(&total)
        return BoundedRatio(
            forward: try world.collect(chains, share: own) { _ in forward },
            reverse: [try world.collect(Int(total[0]), share: backChains) { _ in reverse }])
    }
}
