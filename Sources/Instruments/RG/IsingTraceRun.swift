import Analysis
import Ising
import ModelFiles
import Ranks
import RBMCore
import Renormalization
import Reports
import Runs

/// Measures the kernel of a model on the Ising torus.
///
/// It sums over all states if they are few, and otherwise over drawn configurations.
struct IsingTraceRun {
    let model: Model
    let target: IsingTarget
    let path: String
    let effort: TraceRun.Effort
    let seed: UInt64

    private var rbm: RBM { model.layers[0] }

    /// Collective.
    func run(_ world: borrowing Communicator) throws -> TraceReport {
        let kernel = try RBMKernel(rbm, on: target)
        return target.units <= ExactTrace.largestUnits
            ? try exact(kernel, world) : try sampled(kernel, world)
    }

    private var heading: [String] {
        let stack = model.layers.count > 1 ? "layer 0 of \(model.layers.count), " : ""
        return [
            "model   \(path): \(stack)\(rbm.unitsText) units",
            "target  the \(target.size)×\(target.size) Ising torus at K = \(target.coupling), "
                + "ln Z = \(decimal(target.logPartition, 6)), exact",
        ]
    }

    // MARK: All states

    private func exact(
        _ kernel: RBMKernel, _ world: borrowing Communicator
    ) throws -> TraceReport {
        let exact = try ExactTrace(kernel, on: target)
        let information: TraceReport.Information
        if let value = exact.mutualInformation {
            information = TraceReport.Information(exact: value)
        } else {
            let drawn = try DrawnLattices(target, count: effort.samples, seed: seed, world)
            information = try drawn.information(kernel, limit: target.entropy, seed: seed, world)
        }
        let controls = try controlKernels.map { name, kernel in
            try control(name, kernel)
        }
        return TraceReport(
            heading: heading, residual: exact.residual,
            residualMethod: "exact, over all 2^\(target.units) states",
            divergence: Estimate(exact: exact.divergence), information: information,
            logZ: TraceReport.Found(
                estimate: Estimate(exact: target.logPartition - exact.freeEnergyDifference),
                method: "enumeration, exact"),
            logZCheck: nil, targetLogZ: target.logPartition, controls: controls)
    }

    private func control(_ name: String, _ kernel: some RGKernel) throws -> TraceReport.Control {
        let exact = try ExactTrace(kernel, on: target)
        return TraceReport.Control(
            name: name, largestResidual: exact.residual.largest,
            // Never NaN: the largest lattice here is 4×4, and its four blocks can always be
            // enumerated.
            information: TraceReport.Information(exact: exact.mutualInformation ?? .nan))
    }

    /// Kernels that satisfy the trace condition, from the most to the least informative.
    private var controlKernels: [(String, any RGKernel)] {
        guard let blocks = try? BlockLattice(size: target.size, scale: 2) else { return [] }
        return [
            ("majority", MajorityKernel(blocks)),
            ("decimation", DecimationKernel(blocks)),
            ("Kadanoff, p = 0.765983", KadanoffKernel(blocks, strength: 0.765983)),
            ("null", NullKernel(visible: target.units, hidden: blocks.blocks)),
        ]
    }

    // MARK: Configurations

    private func sampled(
        _ kernel: RBMKernel, _ world: borrowing Communicator
    ) throws -> TraceReport {
        let drawn = try DrawnLattices(target, count: 2 * effort.samples, seed: seed, world)
        let residuals = try drawn.residuals(kernel, world)
        // The halves are independent of each other: one gives the mean, the other ln Z.
        let half = drawn.half
        let residual = TraceResidual(
            samples: Array(residuals[..<half]), blockLength: drawn.blockLength)
        let (logZ, check) = try logPartition(kernel, drawn, Array(residuals[half...]), world)
        let ratio = logZ.estimate.value - target.logPartition
        let errors = (residual.mean.error, logZ.estimate.error)
        let controls = try controlKernels.map { name, control in
            try self.control(name, control, drawn, world)
        }
        return TraceReport(
            heading: heading, residual: residual,
            residualMethod: "over configurations that were drawn",
            divergence: Estimate(
                value: ratio - residual.mean.value,
                error: (errors.0 * errors.0 + errors.1 * errors.1).squareRoot()),
            information: try drawn.information(kernel, limit: target.entropy, seed: seed, world),
            logZ: logZ, logZCheck: check, targetLogZ: target.logPartition, controls: controls)
    }

    private func control(
        _ name: String, _ kernel: some RGKernel, _ drawn: borrowing DrawnLattices,
        _ world: borrowing Communicator
    ) throws -> TraceReport.Control {
        TraceReport.Control(
            name: name,
            largestResidual: drawn.chosen(units: target.units).reduce(0) {
                max($0, kernel.logTrace(of: $1).magnitude)
            },
            information: try drawn.information(kernel, limit: target.entropy, seed: seed, world))
    }

    /// Collective.
    ///
    /// Computes ln Z of the model: by enumeration if possible, otherwise by Bennett's ratio and, as
    /// a check, by annealing.
    private func logPartition(
        _ kernel: RBMKernel, _ drawn: borrowing DrawnLattices, _ residuals: [Double],
        _ world: borrowing Communicator
    ) throws -> (TraceReport.Found, check: TraceReport.Found?) {
        if let enumeration = Enumeration(rbm) {
            let logZ = try enumeration.logPartition(world) { _ in }
            return (
                TraceReport.Found(
                    estimate: Estimate(exact: logZ), method: "enumeration, exact"), nil
            )
        }
        let own = try drawn.residualsOfModel(kernel, sweeps: effort.sweeps, seed: seed, world)
        let ratio = BennettRatio.estimate(
            first: residuals, second: own, blockLength: drawn.blockLength)
        let annealed = try effort.annealing.estimate(
            rbm, cases: nil, seed: seed, layer: 0, world)
        return (
            TraceReport.Found(
                estimate: Estimate(value: target.logPartition + ratio.value, error: ratio.error),
                method: "Bennett's acceptance ratio from the lattice"),
            TraceReport.Found(
                estimate: annealed.cautious, method: annealed.method)
        )
    }
}
