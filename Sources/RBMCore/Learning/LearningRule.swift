/// Where the model phase's chains start, and how far they run.
public struct LearningRule: Sendable, Equatable {
    public enum Algorithm: String, Sendable, CaseIterable {
        /// Contrastive divergence: chains start from the batch at every step [Hinton02].
        case contrastiveDivergence = "cd"
        /// Persistent contrastive divergence: chains go on from step to step [Tieleman08].
        case persistent = "pcd"
    }

    public let algorithm: Algorithm

    /// Gibbs sweeps a step, at least one.
    public let sweeps: Int

    public init(_ algorithm: Algorithm, sweeps: Int) {
        precondition(sweeps > 0, "a learning rule needs a sweep, not \(sweeps)")
        self.algorithm = algorithm
        self.sweeps = sweeps
    }
}
