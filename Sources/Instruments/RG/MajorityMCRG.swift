import Ising
public import Ranks
import Renormalization
public import Reports

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
    /// Draws and measures; returns nil on all ranks but rank 0.
    ///
    /// All sums are integers, so that any number of ranks gives the same report.
    public func run(_ world: borrowing Communicator) throws -> MajorityMCRGReport? {
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
        return MajorityMCRGReport(
            size: size, coupling: coupling, samples: samples, steps: table,
            plan: "\(measurement.sampler.plan)")
    }
}

/// Scaling exponents of majority blocks.
public struct MajorityMCRGReport: Report {
    let size: Int
    let coupling: Double
    let samples: Int
    let steps: ScalingTable

    /// How the configurations were drawn.
    @NotEncoded private(set) var plan: String

    public var table: Table {
        var table = Table(
            "majority blocks of the \(size)×\(size) torus at K = \(coupling), \(samples) "
                + "configurations", plan)
        ScalingTable.addColumns(to: &table)
        steps.addRows(to: &table)
        ScalingTable.addExactRow(to: &table)
        if let remark = offCriticalRemark(coupling) { table.line(remark) }
        return table
    }
}
