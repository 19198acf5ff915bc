import Configuration
import Datasets
import Ising
import Ranks
import RBMCore
import Renormalization
import Reports

/// Draws configurations and measures each of them on its coarse-grained lattices; every rank takes
/// a share.
struct BlockMeasurement {
    let size: Int
    let sampler: IsingSampler
    let samples: Int

    /// Collective.
    ///
    /// Checks the settings, and plans the drawing.
    init(
        size: Int, coupling: Double, samples: Int, seed: UInt64, _ world: borrowing Communicator
    ) throws {
        guard coupling >= 0 else {
            throw RenormalizationError.argument(
                "coupling \(coupling): majorities need a ferromagnet, K ≥ 0; under an "
                    + "antiferromagnet every block of 2×2 is a tie")
        }
        try checkCoupling(coupling)
        let most = OperatorCorrelations.mostConfigurations(size: size)
        guard samples <= most else {
            throw RenormalizationError.argument(
                "--samples is \(samples), but the integer sums of a size \(size) hold at most \(most)"
            )
        }
        self.size = size
        self.samples = samples
        sampler = try world.together {
            try IsingSampler.fresh(size: size, coupling: coupling, seed: seed)
        }
    }

    /// Collective.
    ///
    /// Adds up the operators on the lattices of every configuration.
    ///
    /// - Parameter lattices: Coarsens a block of configurations, given as bytes 0 or 1. For each
    ///   configuration it returns the lattices, the finest first.
    func correlations(
        lattices count: Int, _ world: borrowing Communicator,
        lattices: (_ block: Span<UInt8>, _ numbers: Range<Int>) throws -> [[SpinLattice]]
    ) throws -> OperatorCorrelations {
        let plan = sampler.plan
        var correlations = OperatorCorrelations(
            lattices: count, total: samples, runLength: plan.samplesPerReplica)
        try world.together {
            let share = plan.share(of: samples, world)
            for first in stride(from: share.lowerBound, to: share.upperBound, by: plan.blockSize) {
                let numbers = first..<min(first + plan.blockSize, share.upperBound)
                var bytes = [UInt8](repeating: 0, count: numbers.count * size * size)
                var span = bytes.mutableSpan
                sampler.draw(numbers, into: &span)
                for (row, lattices) in try lattices(bytes.span, numbers).enumerated() {
                    correlations.add(
                        lattices.map { LatticeOperators.sums($0.spins, size: $0.size) },
                        configuration: numbers.lowerBound + row)
                }
            }
        }
        var values = correlations.values
        try world.sum(&values)
        var total = OperatorCorrelations(
            lattices: count, total: samples, runLength: plan.samplesPerReplica)
        total.add(values: values)
        return total
    }

    /// Coarsens a block of configurations by the majority rule, again and again.
    func majorities(
        _ block: Span<UInt8>, _ numbers: Range<Int>, sizes: [Int], _ blocks: MajorityBlocks
    ) -> [[SpinLattice]] {
        numbers.map { number in
            let first = (number - numbers.lowerBound) * size * size
            var lattices = [
                SpinLattice(spins: (0..<size * size).map { block[first + $0] }, size: size)
            ]
            for (step, fine) in sizes.dropLast().enumerated() {
                lattices.append(
                    SpinLattice(
                        spins: blocks.coarsen(
                            lattices[step].spins, size: fine, configuration: number, step: step),
                        size: fine / 2))
            }
            return lattices
        }
    }
}
