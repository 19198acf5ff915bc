import DistributedTraining
public import Ranks
public import RBMCore
import RandomStreams

/// Times the training steps of one layer, as the trainer makes them, on synthetic cases.
///
/// What bounds the times is measured in the same run: the same matrix products, and nothing else.
public struct StepBenchmark: Sendable {
    public let visible: Int
    public private(set) var hidden: Int
    /// Cases of a step over all ranks; there are as many chains.
    public let batch: Int
    /// The kind of all units.
    public let units: any UnitKind
    public let negativePhase: any NegativePhase
    public let arithmetic: ArithmeticKind
    /// Steps whose times count.
    public let steps: Int
    /// How ranks divide the work: groups that share the cases, and ranks of a group that share the
    /// hidden units; nil where all share the cases.
    public let grid: (data: Int, hidden: Int)?
    /// The kernel that makes all products of bits; nil for those of `KernelChoice.current`.
    public let kernel: IntegerKernel?

    /// Creates a benchmark of steps that can be run.
    ///
    /// - Parameters:
    ///   - steps: nil for as many as take some seconds, 10 to 100.
    ///   - grid: nil where all ranks share the cases.
    ///   - kernel: nil for those that the process chose.
    /// - Throws: `StepBenchmarkRefusal` for what no machine could run.
    public init(
        visible: Int, hidden: Int, batch: Int, units: any UnitKind,
        algorithm: NegativePhaseKind, sweeps: Int, arithmetic: ArithmeticKind, steps: Int?,
        grid: (data: Int, hidden: Int)? = nil, kernel: IntegerKernel? = nil
    ) throws(StepBenchmarkRefusal) {
        let largest = Int(Int32.max)
        try Self.check("--visible", visible, "units", atMost: largest)
        try Self.check("--hidden", hidden, "units", atMost: largest)
        try Self.check("--batch", batch, "cases", atMost: largest)
        // Random numbers count sweeps in 16 bits.
        try Self.check("--sweeps", sweeps, "sweeps", atMost: 1 << 16 - 1)
        if let steps { try Self.check("--steps", steps, "steps", atMost: 1_000_000) }
        self.visible = visible
        self.hidden = hidden
        self.batch = batch
        self.units = units
        self.arithmetic = arithmetic
        self.grid = grid
        self.kernel = kernel
        if let ranks = grid?.hidden, ranks > 1 {
            guard algorithm.dividesHidden else {
                throw StepBenchmarkRefusal(
                    description: "--grid: `\(algorithm.name)` does not divide the hidden units")
            }
            guard ranks <= HiddenSlice.most(of: hidden) else {
                throw StepBenchmarkRefusal(
                    description: "--grid divides \(hidden) hidden units, in groups of 64, among "
                        + "\(ranks) ranks; at most \(HiddenSlice.most(of: hidden)) get some")
            }
        }
        if let kernel, !IntegerKernel.runnable.contains(kernel) {
            let names = IntegerKernel.runnable.map(\.name).joined(separator: ", ")
            throw StepBenchmarkRefusal(
                description: "--kernel is \(kernel.name), which this processor cannot run; "
                    + "expected one of \(names)")
        }
        negativePhase = algorithm.phase(ChainSettings(sweeps: sweeps, chains: batch))
        let operations = Self.operations(visible, hidden, rows: batch, sweeps: sweeps)
        self.steps = steps ?? max(10, Int(min(100, 1e12 / operations)))
        if arithmetic != .float32,
            let reason = ArithmeticKind.refusal(ofIntegersFor: shape, batch: batch, chains: batch)
        {
            throw StepBenchmarkRefusal(description: reason)
        }
    }

    private static func check(
        _ option: String, _ value: Int, _ things: String, atMost limit: Int
    ) throws(StepBenchmarkRefusal) {
        guard value < 1 || value > limit else { return }
        throw StepBenchmarkRefusal(
            description: "\(option) is \(value); expected 1 to \(limit) \(things)")
    }

    var shape: LayerSpec {
        LayerSpec(
            visible: visible, hidden: hidden, visibleUnits: units, hiddenUnits: units,
            encoding: .bits)
    }

    /// Whether the trainer computes the products of the statistics in 16 bits.
    var hasShortProducts: Bool { Statistics.productsFit16Bits(shape, rows: batch) }

    /// Matrix products in a step: upward from the data, two in each sweep, two of the statistics.
    public var products: Int { 3 + 2 * negativePhase.sweeps }

    /// Floating-point operations of the products of a step whose phases have `rows` rows each.
    func operations(rows: Int) -> Double {
        Self.operations(visible, hidden, rows: rows, sweeps: negativePhase.sweeps)
    }

    /// The count is a double: it could overflow an integer before the size is refused.
    private static func operations(
        _ visible: Int, _ hidden: Int, rows: Int, sweeps: Int
    ) -> Double {
        2 * Double(visible) * Double(hidden) * Double(rows) * Double(3 + 2 * sweeps)
    }

    /// Collective.
    ///
    /// Makes the steps and measures their limits; the same report on all ranks.
    ///
    /// - Throws: `SharedFailure` when a host has too little memory; what training throws.
    public func run(_ world: borrowing Communicator) throws -> StepBenchmarkReport {
        let wish = grid.map { $0.data.multipliedReportingOverflow(by: $0.hidden) }
        guard wish.map({ !$0.overflow && $0.partialValue == world.size }) ?? true else {
            throw SharedFailure(
                exitCode: ExitStatus.commandLine,
                "--grid needs as many ranks as its product, but this run has \(world.size)")
        }
        try checkMemory(world)
        let before = KernelChoice.current
        defer { KernelChoice.use(before) }
        if let kernel { KernelChoice.use(KernelChoice(only: kernel, because: "asked for")) }
        let timer = StepTimer()
        let own = part(ofRank: world.rank)
        let rows = share(
            of: batch, rank: world.rank / hiddenRanks, size: world.size / hiddenRanks
        ).count
        let schedule = StepBenchmarkSchedule(counted: steps)
        let limits = StepBenchmarkLimits(own, rows: rows)
        let cases = syntheticCases()
        var stack = StackTrainer(
            plans: [plan(for: cases.count, steps: schedule.total)],
            monitor: MonitorPlan(every: .steps(.max), cases: 1, pseudoLikelihoodCases: 0),
            checkpointEvery: .steps(.max), checkpoints: nil, imageShape: [visible],
            seed: Self.seed, configuration: "", stopAfterSteps: schedule.total
        ) { _, _ in LayerData(training: cases, heldOut: nil) }
        stack.hiddenRanks = hiddenRanks
        // What the libraries keep for themselves must not count as the training's memory.
        limits.warmUp()
        let memory = MemoryGrowth()
        let watch = StepBenchmarkWatch(schedule, timer: timer, exchange: world.exchange) {
            guard let memory else { return limits.measure(repetitions: schedule.repetitions) }
            memory.pause { limits.measure(repetitions: schedule.repetitions) }
        }
        // An outlet on every rank: each has phases and limits of its own.
        _ = try stack.run(from: nil, timer: timer, outlets: [watch], world)
        var report = try StepBenchmarkReport(
            self, watch.measures(with: limits, memory: memory), rows: rows,
            operations: own.operations(rows: rows),
            threads: MatrixProducts.threads,
            kernels: StepBenchmarkReport.Kernels(self, rows: rows), world)
        report.comparison = try comparisonTime(hidden: own.hidden, world)
        return report
    }

    /// Collective.
    ///
    /// Returns the seconds in which the slowest rank compares parameters with the others, the median of
    /// several times; nil for one rank.
    private func comparisonTime(hidden: Int, _ world: borrowing Communicator) throws -> Double? {
        guard world.size > 1 else { return nil }
        let parameters = Parameters(visible: visible, hidden: hidden)
        var times: [Double] = []
        for _ in 0..<9 {
            try world.barrier()
            let began = ContinuousClock.now
            _ = try world.agrees(on: parameters.fingerprint)
            times.append((ContinuousClock.now - began) / .seconds(1))
        }
        var sum = [times.sorted()[4]]
        try world.sum(&sum)
        return sum[0] / Double(world.size)
    }

    /// How many ranks share the hidden units.
    var hiddenRanks: Int { grid?.hidden ?? 1 }

    /// The same with the hidden units of one rank.
    private func part(ofRank rank: Int) -> StepBenchmark {
        var part = self
        part.hidden = HiddenSlice.parts(of: hidden, among: hiddenRanks)[rank % hiddenRanks].count
        return part
    }

    private static let seed: UInt64 = 1

    /// Draws random bits, a fifth of them 1.
    ///
    /// They are several batches, so that the cases of a step lie apart in memory as in a training.
    private func syntheticCases() -> MemoryCases {
        let batches = max(1, min(10, (64 << 20) / (batch * visible)))
        let stream = RandomStream(seed: Self.seed, .benchmark)
        var bytes = [UInt8](repeating: 0, count: batches * batch * visible)
        var words = [UInt32](repeating: 0, count: visible)
        for row in 0..<(batches * batch) {
            var span = words.mutableSpan
            stream.fill(&span, row: row)
            for i in 0..<visible { bytes[row * visible + i] = words[i].occurs(0.2) ? 1 : 0 }
        }
        return MemoryCases(bytes, visible: visible)
    }

    private func plan(for cases: Int, steps: Int) -> LayerPlan {
        LayerPlan(
            layer: 0, visibleUnits: units, hidden: hidden, hiddenUnits: units,
            arithmetic: arithmetic, seed: Self.seed, initialWeights: 0.01, startsAtLogOdds: true,
            negativePhase: negativePhase, batch: batch,
            // One epoch more than is run: at the end of its last epoch a run measures its model.
            epochs: steps * batch / cases + 1, rate: 0.01, schedule: .constant,
            optimizer: Optimizer.Options(), averagedPart: 0)
    }
}

/// Why a benchmark cannot be run.
public struct StepBenchmarkRefusal: Error, Equatable, CustomStringConvertible {
    public let description: String
}
