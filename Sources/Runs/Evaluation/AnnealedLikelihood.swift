import Analysis
import Reports

/// The mean log-likelihood of cases by an annealed ln Z, its bounds, and what can be said of it.
struct AnnealedLikelihood {
    typealias Verdict = BoundedRatio.Verdict

    /// The estimate of ln Z; nil if it is undetermined.
    let logZ: Estimate?
    /// The estimate; nil if it is undetermined.
    let value: Estimate?
    let lower: Double
    let upper: Double
    let verdict: Verdict
    /// Lines for people: the verdict, and what would help.
    let remarks: [String]

    /// Subtracts ln Z from the mean −F of the cases.
    ///
    /// - Parameters:
    ///   - stateFreeEnergy: The mean free energy of the cases as states.
    ///   - isProbability: Whether states have probabilities, whose logarithm is at most 0; the density
    ///     of a real value may exceed 1.
    init(_ annealed: AnnealedPartition, stateFreeEnergy: Double, isProbability: Bool) {
        let found = annealed.logZ
        let most = isProbability ? 0.0 : .infinity
        let estimate = -stateFreeEnergy - found.ratio.value
        lower = min(most, -stateFreeEnergy - found.upper)
        upper = min(most, -stateFreeEnergy - found.lower)
        // ln Z is at least −F of any one state. An estimate below has missed the states of the cases.
        let isImpossible = estimate > most
        verdict = isImpossible ? .undetermined : found.verdict
        let isKnown = verdict != .undetermined
        logZ = isKnown ? found.ratio : nil
        value = isKnown ? Estimate(value: estimate, error: found.ratio.error) : nil

        let gap = "the means of both ways are \(decimal(abs(found.gap), 1)) nats apart"
        let words =
            switch verdict {
            case .determined: ""
            case .rough: ", and only the bounds are sure"
            case .undetermined: "; only the bounds tell anything"
            }
        var remarks = ["\(verdict.rawValue): \(gap)\(words)"]
        if isImpossible {
            remarks.append(
                "the estimate of ln Z is below −F of the cases, which no ln Z can be: the chains "
                    + "from the model did not come from where the cases are")
        }
        if -stateFreeEnergy - found.lower > most {
            remarks.append("the upper bound is 0, as for any probability; the chains gave more")
        }
        if !found.groupsAgree {
            remarks.append(
                "chains that left the model near the cases and others disagree: "
                    + "\(annealed.sweeps) sweeps of tempering have not brought them together")
        }
        let starts =
            "the chains back start from \(annealed.sweeps) sweeps of tempering at "
            + "\(annealed.levels) temperatures"
            + (annealed.startsFromCases
                ? ", half of them begun at the cases, half at the base model"
                : ", begun at the base model")
        remarks.append(
            starts + "; \(annealed.roundTrips) states went up and down and up")
        if verdict != .determined {
            remarks.append(
                "more --temperatures bring the bounds together, and temper longer")
        }
        self.remarks = remarks
    }
}
