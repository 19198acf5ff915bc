/// What is measured how often while a layer is trained.
public struct MonitorPlan: Sendable, Equatable {
    public var every: Cadence
    /// Training and held-out cases each whose free energies are averaged.
    public var cases: Int
    /// Cases of the pseudo-likelihood and of the reconstruction.
    public var pseudoLikelihoodCases: Int

    public init(every: Cadence, cases: Int, pseudoLikelihoodCases: Int) {
        self.every = every
        self.cases = cases
        self.pseudoLikelihoodCases = pseudoLikelihoodCases
    }
}
