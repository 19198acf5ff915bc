import COpenBLAS
import Ranks
public import RBMCore
public import Reports

/// The results of a benchmark of training steps, over all ranks.
public struct StepBenchmarkReport: Report, Sendable {
    /// The kernels that multiply on this machine.
    struct Kernels: Sendable, Equatable {
        /// The kernel of the products upward and downward.
        var products: IntegerKernel
        /// The kernel of the statistics.
        var statistics: IntegerKernel
        /// Why these; nil in float32, where there is one.
        var reason: String?
        /// The version and the instruction set, such as `2.6.3, AVX2`.
        var oneDNN: String
        /// The name of a kernel, such as `Haswell`.
        var openBLAS: String

        /// - Parameter rows: The rows of this rank in each phase of a step.
        init(_ benchmark: StepBenchmark, rows: Int) {
            let name = unsafe openblas_get_corename().map { unsafe String(cString: $0) }
            let products = IntegerProducts()
            switch benchmark.arithmetic {
            case .integer: self.products = products.kernel(ofWordsForRows: rows)
            case .integerOneByte: self.products = products.kernel(ofBytes: .bits, rows: rows)
            case .float32: self.products = .oneDNN
            }
            let isInteger = benchmark.arithmetic != .float32
            statistics =
                isInteger ? products.kernel(ofBytes: .bits, rows: benchmark.visible) : .oneDNN
            reason = isInteger ? KernelChoice.current.reason : nil
            oneDNN = "\(MatrixProducts.libraryVersion), \(MatrixProducts.instructionSet)"
            openBLAS = name ?? "unknown"
        }

        init(
            products: IntegerKernel, statistics: IntegerKernel, reason: String?, oneDNN: String,
            openBLAS: String
        ) {
            self.products = products
            self.statistics = statistics
            self.reason = reason
            self.oneDNN = oneDNN
            self.openBLAS = openBLAS
        }
    }

    public let benchmark: StepBenchmark
    public let ranks: Int
    /// The hosts on which the ranks are.
    public let hosts: Int
    /// The threads of each rank.
    public let threads: Int
    let kernels: Kernels
    /// The means over ranks of the medians of each rank.
    let measures: StepBenchmarkMeasures
    /// The speed of the bare float32 products by each library, in billions of operations a second
    /// of all ranks together.
    let libraryRates: [FloatLibrary: Double]
    /// The seconds in which ranks compare their parameters; nil where one rank has nobody to compare with.
    var comparison: Double?

    /// Collective.
    ///
    /// Brings together what the ranks measured.
    ///
    /// - Parameters:
    ///   - rows: The rows of this rank in each phase of a step.
    ///   - operations: The operations of this rank's products of a step.
    init(
        _ benchmark: StepBenchmark, _ own: StepBenchmarkMeasures, rows: Int, operations: Double,
        threads: Int, kernels: Kernels, _ world: borrowing Communicator
    ) throws {
        let times = [own.limits.oneDNN.total, own.limits.openBLAS.total]
        // A rank without rows adds nothing.
        var rates = times.map { rows > 0 ? operations / max($0, 1e-12) * 1e-9 : 0 }
        var values = own.values
        try world.sum(&rates)
        try world.sum(&values)
        let ranks = world.size
        let leads = try world.splitByHost().rank == 0
        var hosts = [Int64(leads ? 1 : 0)]
        try world.sum(&hosts)
        self.init(
            benchmark, StepBenchmarkMeasures(values: values.map { $0 / Double(ranks) }),
            libraryRates: [.oneDNN: rates[0], .openBLAS: rates[1]], ranks: ranks,
            hosts: Int(hosts[0]), threads: threads, kernels: kernels)
    }

    init(
        _ benchmark: StepBenchmark, _ measures: StepBenchmarkMeasures,
        libraryRates: [FloatLibrary: Double], ranks: Int, hosts: Int = 1, threads: Int,
        kernels: Kernels
    ) {
        self.benchmark = benchmark
        self.measures = measures
        self.libraryRates = libraryRates
        self.ranks = ranks
        self.hosts = hosts
        self.threads = threads
        self.kernels = kernels
    }

    /// How ranks divided the work, as groups that share the cases × ranks that share the hidden units.
    public var grid: String { "\(ranks / benchmark.hiddenRanks)x\(benchmark.hiddenRanks)" }

    // MARK: Results

    /// The part of a step that exchanges between ranks take, with the waiting for other ranks.
    public var exchangeShare: Double { measures.exchange / max(measures.step, 1e-12) }

    /// The part of a training in which ranks compare their parameters, which they do every 1,000 steps.
    public var comparisonShare: Double? { comparison.map { $0 / max(1000 * measures.step, 1e-12) } }

    /// The median time of a step.
    public var millisecondsPerStep: Double { measures.step * 1000 }

    /// The cases of all ranks in a second.
    public var samplesPerSecond: Double { Double(benchmark.batch) / max(measures.step, 1e-12) }

    /// Billions of operations a second: the operations of the 3 + 2k products over the time of the
    /// whole step.
    public var gflops: Double {
        benchmark.operations(rows: benchmark.batch) / max(measures.step, 1e-12) * 1e-9
    }

    /// The speed of the bare float32 products by the faster library, in billions of operations a
    /// second.
    public var rooflineGflops: Double { libraryRates[rooflineLibrary] ?? 0 }

    var rooflineLibrary: FloatLibrary {
        FloatLibrary.allCases.max { (libraryRates[$0] ?? 0) < (libraryRates[$1] ?? 0) } ?? .oneDNN
    }

    /// The ratio of the step's speed to that of its bare float32 products; integers may exceed 1.
    public var ratioToRoofline: Double { gflops / max(rooflineGflops, 1e-12) }

    /// The most memory that the training of a rank came to hold, in units of the weights' float32
    /// bytes; nil if the system does not tell.
    public var memoryOfWeights: Double? {
        measures.memory < 0
            ? nil : measures.memory / (4 * Double(benchmark.visible) * Double(benchmark.hidden))
    }

    /// The part of a step that each phase takes.
    public var phases: [(phase: StepTimer.Phase, share: Double)] {
        let total = max(measures.phases.reduce(0, +), 1e-12)
        return zip(StepBenchmarkWatch.phases, measures.phases).map { ($0, $1 / total) }
    }

    /// The least time of a phase, in seconds; nil if it is not measured.
    func limit(of phase: StepTimer.Phase) -> Double? {
        let limits = measures.limits
        let products =
            switch (benchmark.arithmetic, rooflineLibrary) {
            case (.integer, _), (.integerOneByte, _): limits.bytes
            case (.float32, .oneDNN): limits.oneDNN
            case (.float32, .openBLAS): limits.openBLAS
            }
        switch phase {
        // Visible states are drawn in the sweep over their pre-activations.
        case .products: return products.products + limits.visibleWords
        case .statistics: return products.statistics
        case .sampling: return limits.hiddenWords
        case .update: return limits.update
        case .data, .reduction, .monitoring, .checkpoints: return nil
        }
    }

    /// How near each phase comes to its limit, from 0 to 1; above 1 is noise.
    var limitRatios: [(phase: StepTimer.Phase, ratio: Double)] {
        zip(StepBenchmarkWatch.phases, measures.phases).compactMap { phase, time in
            guard let limit = limit(of: phase), time > 0 else { return nil }
            return (phase, limit / time)
        }
    }
}

extension StepBenchmarkMeasures {
    /// All numbers in one list, which ranks add up.
    var values: [Double] {
        let products = [limits.oneDNN, limits.openBLAS, limits.bytes]
        return [
            step, fastestStep, slowestStep, processorShare, memory, limits.visibleWords,
            limits.hiddenWords, limits.update, exchange, exchangedBytes,
        ]
            + products.flatMap { [$0.products, $0.statistics] } + phases
    }

    /// Reads the numbers back.
    init(values: [Double]) {
        func times(_ place: Int) -> ProductTimes {
            ProductTimes(products: values[place], statistics: values[place + 1])
        }
        self.init(
            step: values[0], fastestStep: values[1], slowestStep: values[2],
            phases: Array(values[16...]), processorShare: values[3], memory: values[4],
            exchange: values[8], exchangedBytes: values[9],
            limits: StepBenchmarkLimitTimes(
                oneDNN: times(10), openBLAS: times(12), bytes: times(14), visibleWords: values[5],
                hiddenWords: values[6], update: values[7]))
    }
}
