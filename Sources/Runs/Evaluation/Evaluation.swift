public import RBMCore
import Reports

/// What was found of a layer on a set of cases; energies in nats a case.
public struct Evaluation: Sendable, Equatable {
    public let cases: Int
    public let meanFreeEnergy: Double
    /// ln p of each unit given all others, summed over all units; not a number of Gaussian units.
    public let pseudoLogLikelihood: Double
    /// Between the cases and their mean-field reconstructions.
    public let reconstructionCrossEntropy: Double
    /// ln Z by enumeration, in nats; nil when both sides are too large for it.
    public let logZ: Double?
    /// The mean of ln p(v) = −F(v) − ln Z; nil without ln Z.
    public let logLikelihood: Double?
    /// ln Z by annealed importance sampling; nil where it was not asked for.
    public let annealed: LogPartitionEstimate?
    /// Whether both likelihoods are of bits drawn from grey values, once and by a fixed seed.
    public let drawsBits: Bool

    /// Below this effective sample size the error of an annealed ln Z tells little.
    static let fewChains = 10.0

    /// Lines for people that say what was measured: model, layer and data.
    let heading: [String]
    /// How many units the smaller side has.
    let smallerSide: Int

    /// Whether the visible units are Gaussian.
    private let isReal: Bool

    /// The mean free energy of states, in nats.
    private let stateFreeEnergy: Double

    /// Divides sums by the number of cases.
    init(
        _ sums: CaseSums, cases: Int, logZ: Double?, annealed: LogPartitionEstimate? = nil,
        drawsBits: Bool, smallerSide: Int, isReal: Bool = false, heading: [String]
    ) {
        precondition(cases > 0, "a mean over \(cases) cases")
        let count = Double(cases)
        self.cases = cases
        meanFreeEnergy = sums.freeEnergy.value / count
        pseudoLogLikelihood = isReal ? .nan : sums.pseudoLogLikelihood.value / count
        reconstructionCrossEntropy = sums.crossEntropy.value / count
        self.logZ = logZ
        stateFreeEnergy = sums.stateFreeEnergy.value / count
        logLikelihood = logZ.map { [stateFreeEnergy] in -stateFreeEnergy - $0 }
        self.annealed = annealed
        self.drawsBits = drawsBits
        self.smallerSide = smallerSide
        self.isReal = isReal
        self.heading = heading
    }

    /// One object with the keys of the contract, and `drawn_bits`.
    ///
    /// What was annealed stands under the keys, with its error; what is exact too, beside them.
    public var json: String {
        var entries = [
            "\"cases\": \(cases)",
            "\"mean_free_energy\": \(jsonNumber(meanFreeEnergy))",
            "\"pseudo_log_likelihood\": \(jsonNumber(pseudoLogLikelihood))",
            "\"reconstruction_cross_entropy\": \(jsonNumber(reconstructionCrossEntropy))",
        ]
        if let annealed {
            entries += [
                "\"log_z\": \(jsonNumber(annealed.logZ))",
                "\"log_z_error\": \(jsonNumber(annealed.error))",
                "\"effective_sample_size\": \(jsonNumber(annealed.effectiveSampleSize))",
                "\"log_likelihood\": \(jsonNumber(-stateFreeEnergy - annealed.logZ))",
                "\"exact\": false",
            ]
            if let logZ, let logLikelihood {
                entries += [
                    "\"log_z_exact\": \(jsonNumber(logZ))",
                    "\"log_likelihood_exact\": \(jsonNumber(logLikelihood))",
                ]
            }
        } else if let logZ, let logLikelihood {
            entries += [
                "\"log_z\": \(jsonNumber(logZ))",
                "\"log_likelihood\": \(jsonNumber(logLikelihood))",
                "\"exact\": true",
            ]
        }
        entries.append("\"drawn_bits\": \(drawsBits)")
        return "{" + entries.joined(separator: ", ") + "}"
    }

    /// Aligned lines for people.
    public var table: String {
        let drawn = drawsBits ? ", of bits drawn from the grey values" : ""
        var lines = heading
        func add(_ name: String, _ value: Double, _ unit: String, error: Double? = nil) {
            let gap = String(repeating: " ", count: max(1, 30 - name.count))
            lines.append(
                name + gap + pad(decimal(value, 4), 14)
                    + (error.map { " ± \(decimal($0, 4))" } ?? "") + "  " + unit)
        }
        add("mean free energy", meanFreeEnergy, "nats per case")
        if !pseudoLogLikelihood.isNaN {
            add("pseudo-log-likelihood", pseudoLogLikelihood, "nats per case" + drawn)
        }
        add("reconstruction cross-entropy", reconstructionCrossEntropy, "nats per case")
        if let logZ, let logLikelihood {
            add("ln Z", logZ, "nats, exact")
            add("log-likelihood", logLikelihood, "nats per case, exact" + drawn)
        }
        if let annealed {
            let sampled = "by annealed importance sampling"
            add("ln Z", annealed.logZ, "nats, " + sampled, error: annealed.error)
            add(
                "log-likelihood", -stateFreeEnergy - annealed.logZ,
                "nats per case, " + sampled + drawn, error: annealed.error)
            add("effective sample size", annealed.effectiveSampleSize, "chains")
            if annealed.effectiveSampleSize < Self.fewChains {
                lines.append(
                    "few chains carry the estimate and its error is too small; take more "
                        + "--temperatures")
            }
        }
        if logZ == nil && annealed == nil {
            lines.append(
                "no log-likelihood: ln Z is enumerated over a side of at most "
                    + "\(Enumeration.largestSide) units, and the "
                    + "\(isReal ? "hidden" : "smaller") side has \(smallerSide); --ais estimates it"
            )
        }
        return lines.joined(separator: "\n")
    }
}
