import Analysis
public import Configuration
import Datasets
import DistributedTraining
import Ising
import ModelFiles
public import Ranks
import RBMCore
import Renormalization
public import Runs

/// Measures the kernel of a model's first layer on a target, for `wilson rg trace`.
public struct TraceRun {
    /// The distribution that the visible units should have.
    public enum Target: Sendable {
        /// The Ising torus; nil stands for the model's own size or coupling.
        case ising(size: Int?, coupling: Double?)
        case file(String, binarize: ConfiguredBinarization)
    }

    /// How much is sampled if the states are too many to be summed over.
    public struct Effort: Sendable {
        /// The number of configurations of the target.
        ///
        /// For ln Z the run draws as many again, and as many of the model.
        public var samples: Int
        /// The Gibbs sweeps of the model's chains, which start from configurations of the target.
        public var sweeps: Int
        public var annealing: Annealing

        public init(samples: Int, sweeps: Int, annealing: Annealing) {
            self.samples = samples
            self.sweeps = sweeps
            self.annealing = annealing
        }
    }

    private let path: String
    private let target: Target
    private let effort: Effort
    private let seed: UInt64

    public init(model: String, target: Target, effort: Effort, seed: UInt64) {
        path = model
        self.target = target
        self.effort = effort
        self.seed = seed
    }

    /// Collective.
    ///
    /// Measures the kernel, and returns the same report on all ranks and for any number of them.
    ///
    /// - Throws: The same failure on all ranks.
    public func run(_ world: borrowing Communicator) throws -> TraceReport {
        let model = try Model.load(path, world)
        try world.together { try model.checkTwoValued(path) }
        switch target {
        case .ising(let size, let coupling):
            let target = try world.together {
                let lattice = try ModelLattice(square: model, path, size: size)
                let coupling = try lattice.coupling(given: coupling, path)
                try checkCoupling(coupling)
                return try IsingTarget(size: lattice.rows, coupling: coupling)
            }
            return try IsingTraceRun(
                model: model, target: target, path: path, effort: effort, seed: seed
            ).run(world)
        case .file(let file, let binarize):
            return try CasesTraceRun(
                model: model, path: path, file: file, binarize: binarize, effort: effort,
                seed: seed
            ).run(world)
        }
    }
}

/// The most cases for the bounds of mutual information, because these go through pairs of cases.
let mutualInformationCases = 1024

/// Collective.
///
/// Bounds I(v; h) from cases of the target, shape `[n, visible]`; each rank takes a share.
func informationBounds(
    _ kernel: some RGKernel, cases: [UInt8], limit: Double, blockLength: Int, seed: UInt64,
    _ world: borrowing Communicator
) throws -> TraceReport.Information {
    let terms = try world.collect(cases.count / kernel.visibleCount) {
        MutualInformation.lowerBoundTerms(kernel, cases: cases, share: $0, seed: seed)
    }
    return TraceReport.Information(
        lower: Estimate.mean(of: terms, blockLength: blockLength),
        upper: MutualInformation.upperBound(kernel, cases: cases, limit: limit), isExact: false)
}

extension TraceReport.Information {
    /// A value without error.
    init(exact value: Double) {
        self.init(lower: Estimate(exact: value), upper: value, isExact: true)
    }
}
