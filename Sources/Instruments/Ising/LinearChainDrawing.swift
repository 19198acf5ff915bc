import Analysis
public import Ising
public import Ranks
public import Reports
import Runs
import Storage

/// Draws configurations of the chain into a file and measures them beside the exact results, for
/// `wilson ising chain sample`.
public struct LinearChainDrawing {
    private let size: Int
    private let ends: LinearChain.Ends
    private let coupling: Double
    private let field: Double
    private let samples: Int
    private let seed: UInt64
    private let output: String

    public init(
        size: Int, ends: LinearChain.Ends, coupling: Double, field: Double, samples: Int,
        seed: UInt64, output: String
    ) {
        self.size = size
        self.ends = ends
        self.coupling = coupling
        self.field = field
        self.samples = samples
        self.seed = seed
        self.output = output
    }

    /// Collective.
    ///
    /// Draws the configurations, a share on each rank; returns nil on all ranks but rank 0.
    public func run(_ world: borrowing Communicator) throws -> LinearChainSampleReport? {
        try checkCoupling(coupling)
        try checkField(field)
        let sampler = try world.together {
            try LinearChainSampler(
                size: size, ends: ends, coupling: coupling, field: field, seed: seed)
        }
        let most = Communicator.mostGatheredBytes / size
        guard samples <= most else {
            throw SharedFailure(
                exitCode: ExitStatus.commandLine,
                "--samples is \(samples), but of \(size) spins at most \(most) configurations are "
                    + "drawn at once; draw several files, each with its own --seed")
        }
        try world.checkWritable(output)
        let share = world.share(of: samples)
        var bytes = [UInt8](repeating: 0, count: share.count * size)
        var span = bytes.mutableSpan
        sampler.draw(share, into: &span)
        var sums = ChainSums(bytes, size: size, ends: ends).values
        try world.sum(&sums)
        let all = try world.gather(bytes)
        try world.together {
            guard let all else { return }
            try writeNPY(all.flatMap { $0 }, shape: [samples, size], to: output)
        }
        guard world.rank == 0 else { return nil }
        let exact = try LinearChain.finite(size: size, ends: ends, coupling: coupling, field: field)
        let total = ChainSums(values: sums, size: size)
        return LinearChainSampleReport(
            size: size, ends: ends.rawValue, coupling: coupling, field: field, samples: samples,
            output: output, energy: total.energyPerSite, exactEnergy: exact.energyPerSite,
            magnetization: total.magnetizationPerSite,
            exactMagnetization: exact.magnetizationPerSite)
    }
}

/// Observables of drawn configurations of the chain beside the exact ones, per site.
public struct LinearChainSampleReport: Report, Sendable {
    /// The energy of the bonds, without that of the field.
    let energy: Double
    let energyError: Double
    let energyExact: Double
    let magnetization: Double
    let magnetizationError: Double
    let magnetizationExact: Double

    @NotEncoded private var heading: String
    @NotEncoded private var output: String

    init(
        size: Int, ends: String, coupling: Double, field: Double, samples: Int, output: String,
        energy: Estimate, exactEnergy: Double, magnetization: Estimate, exactMagnetization: Double
    ) {
        self.energy = energy.value
        energyError = energy.error
        energyExact = exactEnergy
        self.magnetization = magnetization.value
        magnetizationError = magnetization.error
        magnetizationExact = exactMagnetization
        heading =
            "\(samples) configurations of \(size) spins, \(ends), at K = \(coupling), "
            + "h = \(field), independent; per site"
        self.output = output
    }

    public var table: Table {
        var table = Table(heading)
        table.columns("", .right(), .right(), .left())
        for (name, value, error, exact) in [
            ("energy of bonds", energy, energyError, energyExact),
            ("magnetization", magnetization, magnetizationError, magnetizationExact),
        ] {
            table.row(
                name, "\(decimal(value, 6)) ± \(decimal(error, 6))", decimal(exact, 6), "exact")
        }
        table.line("written to \(output)")
        return table
    }
}

/// Integer sums over independent configurations of a chain.
private struct ChainSums {
    /// The number of configurations, then Σ E, Σ E², Σ M, Σ M² of whole chains.
    let values: [Int64]
    private let size: Int

    init(values: [Int64], size: Int) {
        self.values = values
        self.size = size
    }

    init(_ bytes: [UInt8], size: Int, ends: LinearChain.Ends) {
        var values = [Int64](repeating: 0, count: 5)
        for start in stride(from: 0, to: bytes.count, by: size) {
            var up = 0
            var unsatisfied = 0
            for i in 0..<size {
                up += Int(bytes[start + i])
                if i + 1 < size { unsatisfied += Int(bytes[start + i] ^ bytes[start + i + 1]) }
            }
            var bonds = size - 1
            if ends == .periodic {
                bonds += 1
                unsatisfied += Int(bytes[start] ^ bytes[start + size - 1])
            }
            let (energy, sum) = (Int64(2 * unsatisfied - bonds), Int64(2 * up - size))
            values[0] += 1
            values[1] += energy
            values[2] += energy * energy
            values[3] += sum
            values[4] += sum * sum
        }
        self.init(values: values, size: size)
    }

    var energyPerSite: Estimate { estimate(values[1], values[2]) }
    var magnetizationPerSite: Estimate { estimate(values[3], values[4]) }

    private func estimate(_ sum: Int64, _ squares: Int64) -> Estimate {
        .mean(ofCount: values[0], sum: sum, squares: squares) / Double(size)
    }
}
