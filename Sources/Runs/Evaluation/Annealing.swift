public import DistributedTraining
public import RBMCore

/// How much work an annealed estimate of ln Z takes.
public struct Annealing: Sendable, Equatable {
    /// What either number may be.
    public static let allowed = 2...10_000_000

    public let temperatures: Int
    /// Over all ranks.
    public let chains: Int

    public init(temperatures: Int, chains: Int) {
        self.temperatures = temperatures
        self.chains = chains
    }

    /// Collective.
    ///
    /// Estimates ln Z, the chains shared out: in integer arithmetic the same bits on any number of
    /// ranks.
    ///
    /// - Parameters:
    ///   - baseBias: Of independent visible units, from which chains start; nil: see
    ///     `AnnealedImportanceSampling`.
    ///   - progress: Is told the share that is done here, in [0, 1].
    public func estimate(
        _ rbm: RBM, baseBias: [Float]?, seed: UInt64, layer: Int,
        _ world: borrowing Communicator, progress: (Double) -> Void = { _ in }
    ) throws -> LogPartitionEstimate {
        let sampling = AnnealedImportanceSampling(
            rbm, baseBias: baseBias, temperatures: temperatures,
            arithmetic: ArithmeticKind.measuring(rbm, LayerShape(states: rbm).levels), seed: seed,
            layer: layer)
        let logs = try world.collect(chains) {
            sampling.logWeights(chains: $0, progress: progress)
        }
        return LogPartitionEstimate(logWeights: logs)
    }
}
