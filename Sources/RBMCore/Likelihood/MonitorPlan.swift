/// When a training is measured, and on how many cases.
public struct MonitorPlan: Sendable, Equatable {
    public var every: Interval
    /// The number of training cases, and of held-out cases, whose free energies are averaged.
    public var cases: Int
    /// The number of cases of the pseudo-likelihood and of the reconstruction.
    public var pseudoLikelihoodCases: Int
    /// The steps or epochs after which ln Z is carried on; nil for never.
    public var logLikelihood: Interval?

    public init(
        every: Interval, cases: Int, pseudoLikelihoodCases: Int, logLikelihood: Interval? = nil
    ) {
        self.logLikelihood = logLikelihood
        self.every = every
        self.cases = cases
        self.pseudoLikelihoodCases = pseudoLikelihoodCases
    }
}
