public import DistributedTraining
import Ising
import Renormalization

/// Measures scaling exponents by Monte Carlo renormalization with majority blocks, for
/// `wilson rg mcrg`.
public struct MajorityMCRG {
    private let size: Int
    private let coupling: Double
    private let samples: Int
    private let seed: UInt64

    public init(size: Int, coupling: Double, samples: Int, seed: UInt64) {
        self.size = size
        self.coupling = coupling
        self.samples = samples
        self.seed = seed
    }

    /// Collective.
    ///
    /// Draws and measures; returns what to print on rank 0, nil elsewhere. The same on any number of
    /// ranks: all sums are integers.
    public func run(json: Bool, _ world: borrowing Communicator) throws -> String? {
        let sizes = try world.together { try BlockingSizes.of(size) }
        let measurement = try sharedFailures {
            try BlockMeasurement(
                size: size, coupling: coupling, samples: samples, seed: seed, world)
        }
        let blocks = MajorityBlocks(seed: seed)
        let correlations = try measurement.correlations(lattices: sizes.count, world) {
            measurement.majorities($0, $1, sizes: sizes, blocks)
        }
        let table = try world.together { try ScalingTable(sizes: sizes, correlations) }
        guard world.rank == 0 else { return nil }
        guard json else {
            var lines = [
                "majority blocks of the \(size)×\(size) torus at K = \(coupling), "
                    + "\(samples) configurations",
                "\(measurement.sampler.plan)",
            ]
            lines += table.lines + [ScalingTable.exactLine]
            if let remark = offCriticalRemark(coupling) { lines.append(remark) }
            return lines.joined(separator: "\n")
        }
        return """
            {"size": \(size), "coupling": \(coupling), "samples": \(samples), \
            "steps": \(table.json)}
            """
    }
}
