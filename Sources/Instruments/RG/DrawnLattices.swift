import Configuration
import Datasets
import Ising
import Ranks
import RBMCore
import Renormalization

/// Configurations of an Ising torus, shared out among ranks.
///
/// Any number of ranks draws the same.
struct DrawnLattices {
    /// The number of configurations over all ranks.
    let count: Int
    /// The number of consecutive configurations that may depend on each other.
    let blockLength: Int

    /// This rank's configurations, and their bytes.
    private let share: Range<Int>
    private let bytes: [UInt8]
    private let sites: Int
    /// Some configurations of the first half, evenly spread, which all ranks hold; shape
    /// `[n, sites]`.
    private let chosen: [UInt8]

    /// The number of the first configuration in the second half.
    ///
    /// No block lies in both halves.
    var half: Int { count / 2 }

    /// Collective.
    ///
    /// Draws at least `count` configurations, whole blocks in each half.
    init(
        _ target: IsingTarget, count: Int, seed: UInt64, _ world: borrowing Communicator
    ) throws {
        let sampler = try world.together {
            try IsingSampler.fresh(
                size: target.size, coupling: target.coupling, seed: seed)
        }
        let plan = sampler.plan
        let blockLength = plan.samplesPerReplica
        let total = 2 * ((count / 2 + blockLength - 1) / blockLength) * blockLength
        let sites = target.units
        let share = plan.share(of: total, world)
        var bytes = [UInt8](repeating: 0, count: share.count * sites)
        var span = bytes.mutableSpan
        sampler.draw(share, into: &span)

        let wanted = min(total / 2, mutualInformationCases)
        var chosen = [UInt8](repeating: 0, count: wanted * sites)
        for n in 0..<wanted {
            let index = n * (total / 2) / wanted
            guard share.contains(index) else { continue }
            let start = (index - share.lowerBound) * sites
            chosen.replaceSubrange(
                n * sites..<(n + 1) * sites, with: bytes[start..<start + sites])
        }
        try world.sum(&chosen)
        self.count = total
        self.blockLength = blockLength
        self.share = share
        self.bytes = bytes
        self.sites = sites
        self.chosen = chosen
    }

    /// The configurations that all ranks hold, one by one.
    func chosen(units: Int) -> [[UInt8]] {
        stride(from: 0, to: chosen.count, by: sites).map { Array(chosen[$0..<$0 + sites]) }
    }

    /// Collective.
    ///
    /// Computes ln Tr_h e^T of each configuration, shape `[count]`.
    func residuals(
        _ kernel: some RGKernel, _ world: borrowing Communicator
    ) throws -> [Double] {
        try world.collect(count, share: share) { share in
            share.map { index in
                let start = (index - share.lowerBound) * sites
                return kernel.logTrace(of: Array(bytes[start..<start + sites]))
            }
        }
    }

    /// Collective.
    ///
    /// Computes ln Tr_h e^T of states that the kernel's RBM draws, shape `[count/2]`. Each
    /// configuration of the second half starts one chain.
    func residualsOfModel(
        _ kernel: RBMKernel, sweeps: Int, seed: UInt64, _ world: borrowing Communicator
    ) throws -> [Double] {
        let own = share.clamped(to: half..<count)
        let chains = own.lowerBound - half..<own.upperBound - half
        return try world.collect(half, share: chains) { chains in
            guard !chains.isEmpty else { return [] }
            let start = (own.lowerBound - share.lowerBound) * sites
            var sampler = GibbsSampler(
                kernel.rbm, chains: chains, arithmetic: ArithmeticKind.measuring(kernel.rbm, .bits),
                seed: seed)
            sampler.start(from: Array(bytes[start..<start + own.count * sites]))
            sampler.run(sweeps: sweeps)
            let states = sampler.visible
            return chains.indices.map { $0 - chains.lowerBound }.map { row in
                kernel.logTrace(of: Array(states[row * sites..<(row + 1) * sites]))
            }
        }
    }

    /// Collective.
    ///
    /// Computes bounds of I(v; h) under a kernel.
    func information(
        _ kernel: some RGKernel, limit: Double, seed: UInt64, _ world: borrowing Communicator
    ) throws -> TraceReport.Information {
        // Chosen configurations are `step` numbers apart, so that a block holds this many of them.
        let step = max(1, half / max(1, chosen.count / sites))
        return try informationBounds(
            kernel, cases: chosen, limit: limit,
            blockLength: (blockLength + step - 1) / step, seed: seed, world)
    }
}
