import RBMCore
public import Reports

/// What was measured of a layer on a set of cases; energies in nats, means over cases.
public struct Evaluation: Report, Sendable, Equatable {
    public let cases: Int
    public let meanFreeEnergy: Double
    /// ln p of each unit given all others, summed over all units; nil for Gaussian units.
    @OrNull public private(set) var pseudoLogLikelihood: Double?
    /// Between the cases and their mean-field reconstructions.
    public let reconstructionCrossEntropy: Double
    /// The annealed estimate where one was asked for, else the enumerated value; nil without either.
    public let logZ: Double?
    /// The standard error of the annealed ln Z.
    public let logZError: Double?
    /// How many of the annealed chains carry the estimate.
    public let effectiveSampleSize: Double?
    /// The mean of ln p(v) = −F(v) − ln Z, by `logZ`.
    public let logLikelihood: Double?
    /// Whether `logZ` was enumerated; nil without ln Z.
    public let exact: Bool?
    /// The enumerated ln Z beside an annealed one.
    public let logZExact: Double?
    public let logLikelihoodExact: Double?
    /// Whether likelihoods are those of bits that were drawn from grey values, once and by a fixed
    /// seed.
    public let drawnBits: Bool

    /// Lines that say what was measured: model, layer and data.
    @NotEncoded private var heading: [String]
    /// Why there is no ln Z; nil where there is one.
    @NotEncoded private var remedy: String?

    /// Below this effective sample size the error of an annealed ln Z tells little.
    private static let fewChains = 10.0

    /// Divides sums by the number of cases.
    ///
    /// - Parameters:
    ///   - exact: ln Z by enumeration; nil where both sides are too large.
    ///   - smallerSide: How many units an enumeration has to walk through, or how many bits number
    ///     the states of units that have more than two.
    ///   - countsStates: Whether some units have more than two states.
    ///   - isReal: Whether the visible units are Gaussian.
    init(
        _ sums: CaseMeasures, cases: Int, exact: Double?, annealed: LogPartitionEstimate? = nil,
        drawsBits: Bool, smallerSide: Int, countsStates: Bool = false, isReal: Bool = false,
        heading: [String]
    ) {
        precondition(cases > 0, "a mean over \(cases) cases")
        let count = Double(cases)
        self.cases = cases
        meanFreeEnergy = sums.freeEnergy.value / count
        pseudoLogLikelihood = isReal ? nil : sums.pseudoLogLikelihood.value / count
        reconstructionCrossEntropy = sums.crossEntropy.value / count
        drawnBits = drawsBits
        self.heading = heading

        let stateFreeEnergy = sums.stateFreeEnergy.value / count
        func likelihood(_ logZ: Double) -> Double { -stateFreeEnergy - logZ }
        logZ = annealed?.logZ ?? exact
        logZError = annealed?.error
        effectiveSampleSize = annealed?.effectiveSampleSize
        logLikelihood = logZ.map(likelihood)
        self.exact = logZ == nil ? nil : annealed == nil
        logZExact = annealed == nil ? nil : exact
        logLikelihoodExact = logZExact.map(likelihood)
        remedy =
            logZ == nil
            ? "no log-likelihood: ln Z is enumerated over a side of at most "
                + (countsStates
                    ? "2^\(Enumeration.largestSide) states, and the smaller side has more than "
                        + "2^\(smallerSide - 1)"
                    : "\(Enumeration.largestSide) units, and the \(isReal ? "hidden" : "smaller") "
                        + "side has \(smallerSide)") + "; --ais estimates it" : nil
    }

    public var table: Table {
        let drawn = drawnBits ? ", of bits drawn from the grey values" : ""
        var table = Table()
        table.lines(heading)
        table.columns("", .right(), .left(), .left())
        func add(_ name: String, _ value: Double?, _ unit: String, error: Double? = nil) {
            guard let value else { return }
            table.row(name, decimal(value, 4), error.map { "± \(decimal($0, 4))" } ?? "", unit)
        }
        add("mean free energy", meanFreeEnergy, "nats per case")
        add("pseudo-log-likelihood", pseudoLogLikelihood, "nats per case" + drawn)
        add("reconstruction cross-entropy", reconstructionCrossEntropy, "nats per case")
        let isExact = exact == true
        add("ln Z", isExact ? logZ : logZExact, "nats, exact")
        add(
            "log-likelihood", isExact ? logLikelihood : logLikelihoodExact,
            "nats per case, exact" + drawn)
        if let effectiveSampleSize {
            let sampled = "by annealed importance sampling"
            add("ln Z", logZ, "nats, " + sampled, error: logZError)
            add(
                "log-likelihood", logLikelihood, "nats per case, " + sampled + drawn,
                error: logZError)
            add("effective sample size", effectiveSampleSize, "chains")
            if effectiveSampleSize < Self.fewChains {
                table.line(
                    "few chains carry the estimate and its error is too small; take more "
                        + "--temperatures")
            }
        }
        if let remedy { table.line(remedy) }
        return table
    }
}
