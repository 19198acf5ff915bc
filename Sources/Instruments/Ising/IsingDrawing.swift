import Analysis
import Datasets
public import DistributedTraining
import Experiments
public import Ising
import Reports
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
    /// Draws; returns what to print on rank 0, nil elsewhere.
    public func run(json: Bool, _ world: borrowing Communicator) throws -> String? {
        try checkCoupling(coupling)
        try checkField(field)
        // Before the work: a place for its result.
        try world.together { if world.rank == 0 { try AtomicFile.checkWritable(output) } }
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
        // A rank that drew nothing has no rate.
        var rate = [
            share.isEmpty
                ? 0
                : Double(sampler.updates(drawing: share))
                    / (seconds * 1e9)
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
        return text(total, plan, flipsPerNanosecond: rate[0], json: json)
    }

    /// All configurations come together on rank 0.
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

    private func text(
        _ sums: ObservableSums, _ plan: SamplingPlan, flipsPerNanosecond: Double, json: Bool
    ) -> String {
        let energy = sums.energyPerSite
        let magnetization = sums.absoluteMagnetizationPerSite
        let signed = sums.magnetizationPerSite
        let heat = sums.specificHeatPerSite(coupling: coupling)
        guard json else {
            return """
                \(samples) configurations of the \(size)×\(size) torus at K = \(coupling)\(field == 0 ? "" : ", h = \(field)")
                \(plan)
                energy per site          \(decimal(energy.value, 6)) ± \(decimal(energy.error, 6))
                |magnetization| per site \(decimal(magnetization.value, 6)) ± \
                \(decimal(magnetization.error, 6))
                magnetization per site   \(decimal(signed.value, 6)) ± \(decimal(signed.error, 6))
                specific heat per site   \(decimal(heat.value, 6)) ± \(decimal(heat.error, 6))
                spin updates             \(decimal(flipsPerNanosecond, 3)) per nanosecond
                written to               \(output)
                """
        }
        return """
            {"energy": \(jsonNumber(energy.value)), "energy_error": \(jsonNumber(energy.error)), \
            "abs_magnetization": \(jsonNumber(magnetization.value)), \
            "abs_magnetization_error": \(jsonNumber(magnetization.error)), \
            "magnetization": \(jsonNumber(signed.value)), \
            "magnetization_error": \(jsonNumber(signed.error)), \
            "specific_heat": \(jsonNumber(heat.value)), \
            "specific_heat_error": \(jsonNumber(heat.error)), \
            "autocorrelation_time": \(jsonNumber(plan.autocorrelationTime)), \
            "flips_per_nanosecond": \(jsonNumber(flipsPerNanosecond))}
            """
    }
}
