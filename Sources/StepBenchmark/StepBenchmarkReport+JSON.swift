import RBMCore
import Reports

extension StepBenchmarkReport {
    public func encode(to encoder: any Encoder) throws { try Coded(self).encode(to: encoder) }
}

/// The keys of the report.
private struct Coded: Encodable {
    let millisecondsPerStep: Double
    let samplesPerSecond: Double
    let gflops: Double
    let rooflineGflops: Double
    let rooflineLibrary: String
    let ratioToRoofline: Double
    let phases: NamedValues<Double>
    let limitRatios: NamedValues<Double>
    let kernels: NamedValues<String>
    @OrNull var memoryOfWeights: Double?
    let processorShare: Double
    let exchangeShare: Double
    let exchangedBytes: Double
    @OrNull var comparisonMilliseconds: Double?
    @OrNull var comparisonShare: Double?
    let arithmetic: String
    let hosts: Int
    let ranks: Int
    let grid: String
    let threads: Int
    let visible: Int
    let hidden: Int
    let batch: Int
    let units: String
    let algorithm: String
    let sweeps: Int
    let steps: Int

    init(_ report: StepBenchmarkReport) {
        let benchmark = report.benchmark
        millisecondsPerStep = rounded(report.millisecondsPerStep)
        samplesPerSecond = rounded(report.samplesPerSecond)
        gflops = rounded(report.gflops)
        rooflineGflops = rounded(report.rooflineGflops)
        rooflineLibrary = report.rooflineLibrary.rawValue
        ratioToRoofline = rounded(report.ratioToRoofline)
        phases = NamedValues(report.phases.map { ("\($0.phase)", rounded($0.share)) })
        limitRatios = NamedValues(report.limitRatios.map { ("\($0.phase)", rounded($0.ratio)) })
        let phasesOfKernels = [
            (StepTimer.Phase.products, report.kernels.products),
            (.statistics, report.kernels.statistics),
        ]
        kernels = NamedValues(phasesOfKernels.map { ("\($0)", $1.name) })
        memoryOfWeights = report.memoryOfWeights.map(rounded)
        processorShare = rounded(report.measures.processorShare)
        exchangeShare = rounded(report.exchangeShare)
        exchangedBytes = report.measures.exchangedBytes.rounded()
        comparisonMilliseconds = report.comparison.map { rounded($0 * 1000) }
        comparisonShare = report.comparisonShare.map(rounded)
        arithmetic = benchmark.arithmetic.rawValue
        hosts = report.hosts
        ranks = report.ranks
        grid = report.grid
        threads = report.threads
        visible = benchmark.visible
        hidden = benchmark.hidden
        batch = benchmark.batch
        units = benchmark.units.name
        algorithm = type(of: benchmark.negativePhase).name
        sweeps = benchmark.negativePhase.sweeps
        steps = benchmark.steps
    }
}

/// Six decimals; more would be noise.
private func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
