import Analysis
import Configuration
import Datasets
import DistributedTraining
import Ising
import ModelFiles
import Ranks
import RBMCore
import Renormalization
import Reports
import Runs

/// Measures the kernel of a model on the empirical distribution of the cases of a file.
struct CasesTraceRun {
    let model: Model
    let path: String
    let file: String
    let binarize: ConfiguredBinarization
    let effort: TraceRun.Effort
    let seed: UInt64

    /// Collective.
    ///
    /// Sums over the states of the cases, a share on each rank.
    func run(_ world: borrowing Communicator) throws -> TraceReport {
        let rbm = model.layers[0]
        let opened = try DataFile(file, values: .auto, binarize: binarize)
            .open(seed: EvaluationRun.seed, world)
        let target = try world.together { try self.target(opened) }
        let kernel = try RBMKernel(rbm, on: target)
        let residuals = try world.collect(target.states.count) { share in
            share.map { kernel.logTrace(of: target.states[$0]) }
        }
        let residual = TraceResidual(exact: residuals, probabilities: target.shares)
        let logZ = try logPartition(rbm, opened.cases, world)
        return TraceReport(
            heading: [
                "model   \(path): \(rbm.unitsText) units",
                "target  \(file): \(opened.cases.count) cases of \(target.states.count) states, "
                    + "entropy \(decimal(target.entropy, 4)) nats",
            ],
            residual: residual, residualMethod: "exact, over the states of the cases",
            divergence: Estimate(
                value: logZ.estimate.value - residual.mean.value, error: logZ.estimate.error),
            information: try information(kernel, target, opened.cases, world), logZ: logZ,
            logZCheck: nil, targetLogZ: 0, controls: [])
    }

    private func target(_ opened: OpenedCases) throws -> EmpiricalTarget {
        let cases = opened.cases
        try model.checkShape(opened, from: file, for: path)
        guard cases.encoding == .bits else {
            throw dataFault(
                file,
                "its values are grey, but the trace condition is one of states; use --binarize "
                    + "threshold or --binarize sample")
        }
        var bytes = [UInt8](repeating: 0, count: cases.count * cases.visible)
        try cases.load(Array(0..<cases.count), draw: 0, into: &bytes)
        return EmpiricalTarget(cases: bytes, units: cases.visible)
    }

    private func logPartition(
        _ rbm: RBM, _ cases: any CaseSource, _ world: borrowing Communicator
    ) throws -> TraceReport.Found {
        if let enumeration = Enumeration(rbm) {
            let logZ = try enumeration.logPartition(world) { _ in }
            return TraceReport.Found(
                estimate: Estimate(exact: logZ), method: "enumeration, exact")
        }
        let annealed = try effort.annealing.estimate(
            rbm, cases: nil, seed: seed, layer: 0, world)
        return TraceReport.Found(
            estimate: annealed.cautious, method: annealed.method)
    }

    private func information(
        _ kernel: some RGKernel, _ target: EmpiricalTarget, _ cases: any CaseSource,
        _ world: borrowing Communicator
    ) throws -> TraceReport.Information {
        if let exact = MutualInformation.exact(
            kernel, states: target.states, probabilities: target.shares)
        {
            return TraceReport.Information(exact: exact)
        }
        let count = min(cases.count, mutualInformationCases)
        var bytes = [UInt8](repeating: 0, count: count * cases.visible)
        try world.together {
            try cases.load((0..<count).map { $0 * cases.count / count }, draw: 0, into: &bytes)
        }
        return try informationBounds(
            kernel, cases: bytes, limit: target.entropy, blockLength: 1, seed: seed, world)
    }
}
