import Analysis
import Configuration
import Datasets
public import Ising
public import Ranks
public import Reports
import Runs
import Storage

/// Draws configurations into a file and measures them, for `wilson ising sample`.
public struct IsingDrawing {
    private let size: Int
    private let coupling: Double
    private let field: Double
    private let samples: Int
    private let method: SamplingMethod?
    private let seed: UInt64
    private let output: String

    public init(
        size: Int, coupling: Double, field: Double, samples: Int, method: SamplingMethod?,
        seed: UInt64, output: String
    ) {
        self.size = size
        self.coupling = coupling
        self.field = field
        self.samples = samples
        self.method = method
        self.seed = seed
        self.output = output
    }

    /// Collective.
    ///
    /// Draws the configurations, a share on each rank; returns nil on all ranks but rank 0.
    public func run(_ world: borrowing Communicator) throws -> IsingSampleReport? {
        try checkCoupling(coupling)
        try checkField(field)
        try world.checkWritable(output)
        try checkSize()
        let sampler = try world.together {
            try IsingSampler(
                size: size, coupling: coupling, field: field, method: method, seed: seed)
        }
        let sites = size * size
        let plan = sampler.plan
        let share = plan.share(of: samples, world)
        var bytes = [UInt8](repeating: 0, count: share.count * sites)
        let start = ContinuousClock.now
        var span = bytes.mutableSpan
        sampler.draw(share, into: &span)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        // The rates of all ranks are added up, and a rank that drew nothing adds zero.
        var rate = [
            share.isEmpty ? 0 : Double(sampler.updates(drawing: share)) / (seconds * 1e9)
        ]
        try world.sum(&rate)

        var sums = try ObservableSums(
            size: size, total: samples, blockLength: plan.samplesPerReplica)
        try sums.add(bytes.span, first: share.lowerBound)
        var values = sums.values
        try world.sum(&values)
        let all = try world.gather(bytes)
        try world.together {
            guard let all else { return }
            try writeNPY(all.flatMap { $0 }, shape: [samples, size, size], to: output)
        }
        guard world.rank == 0 else { return nil }
        var total = try ObservableSums(
            size: size, total: samples, blockLength: plan.samplesPerReplica)
        total.add(values: values)
        return IsingSampleReport(
            total, plan, coupling: coupling, flipsPerNanosecond: rate[0],
            heading: "\(samples) configurations of the \(size)×\(size) torus at K = \(coupling)"
                + (field == 0 ? "" : ", h = \(field)"), output: output)
    }

    /// Checks that rank 0 can hold all configurations.
    private func checkSize() throws(SharedFailure) {
        guard IsingSampler.sizes.contains(size) else { return }
        let most = Communicator.mostGatheredBytes / (size * size)
        guard samples <= most else {
            throw SharedFailure(
                exitCode: ExitStatus.commandLine,
                "--samples is \(samples), but of \(size)×\(size) spins at most \(most) "
                    + "configurations are drawn at once; draw several files, each with its own --seed"
            )
        }
    }
}

/// Observables of drawn configurations, per site.
public struct IsingSampleReport: Report, Sendable {
    let energy: Double
    let energyError: Double
    let absMagnetization: Double
    let absMagnetizationError: Double
    let magnetization: Double
    let magnetizationError: Double
    let specificHeat: Double
    let specificHeatError: Double
    /// The autocorrelation time in sweeps.
    let autocorrelationTime: Double
    /// The rate of all ranks together.
    let flipsPerNanosecond: Double

    @NotEncoded private var heading: [String]
    @NotEncoded private var output: String

    init(
        _ sums: ObservableSums, _ plan: SamplingPlan, coupling: Double, flipsPerNanosecond: Double,
        heading: String, output: String
    ) {
        (energy, energyError) = sums.energyPerSite.pair
        (absMagnetization, absMagnetizationError) = sums.absoluteMagnetizationPerSite.pair
        (magnetization, magnetizationError) = sums.magnetizationPerSite.pair
        (specificHeat, specificHeatError) = sums.specificHeatPerSite(coupling: coupling).pair
        autocorrelationTime = plan.autocorrelationTime
        self.flipsPerNanosecond = flipsPerNanosecond
        self.heading = [heading, "\(plan)"]
        self.output = output
    }

    public var table: Table {
        var table = Table()
        table.lines(heading)
        table.columns("", .left())
        for (name, value, error) in [
            ("energy", energy, energyError),
            ("|magnetization|", absMagnetization, absMagnetizationError),
            ("magnetization", magnetization, magnetizationError),
            ("specific heat", specificHeat, specificHeatError),
        ] {
            table.row("\(name) per site", "\(decimal(value, 6)) ± \(decimal(error, 6))")
        }
        table.row("spin updates", "\(decimal(flipsPerNanosecond, 3)) per nanosecond")
        table.row("written to", output)
        return table
    }
}
