public import Ranks
public import RBMCore

/// How much work an annealed estimate of ln Z takes.
public struct Annealing: Sendable, Equatable {
    /// The numbers that either of the two may be.
    public static let allowed = 2...10_000_000

    public let temperatures: Int
    /// Chains of all ranks together.
    public let chains: Int

    public init(temperatures: Int, chains: Int) {
        self.temperatures = temperatures
        self.chains = chains
    }

    /// Collective.
    ///
    /// Estimates ln Z, each rank with a share of the chains.
    ///
    /// In integer arithmetic the estimate has the same bits on any number of ranks.
    ///
    /// - Parameters:
    ///   - baseBias: The biases of the independent visible units that chains start from; nil for those
    ///     that `AnnealedImportanceSampling` chooses.
    ///   - progress: Receives the share that is done here, in [0, 1].
    public func estimate(
        _ rbm: RBM, baseBias: [Float]?, seed: UInt64, layer: Int,
        _ world: borrowing Communicator, progress: (Double) -> Void = { _ in }
    ) throws -> LogPartitionEstimate {
        let sampling = AnnealedImportanceSampling(
            rbm, baseBias: baseBias, temperatures: temperatures,
            arithmetic: ArithmeticKind.measuring(rbm, LayerSpec(states: rbm).encoding), seed: seed,
            layer: layer)
        let logs = try world.collect(chains) {
            sampling.logWeights(chains: $0, progress: progress)
        }
        return LogPartitionEstimate(logWeights: logs)
    }
}
