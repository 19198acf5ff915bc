/// Cases that are measured one by one, and the factor by which each counts in a mean.
public struct CasesWithFactors {
    public let cases: any CaseSource
    /// The weight of each case over the mean weight.
    public let factors: [Double]

    /// Returns a view of the same cases, with the same factors.
    func map(_ view: (any CaseSource) -> any CaseSource) -> CasesWithFactors {
        CasesWithFactors(cases: view(cases), factors: factors)
    }
}
