import Analysis
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
    /// The annealed estimate where one was asked for, else the enumerated value.
    ///
    /// It is nil without either, and where the annealed chains do not determine it.
    public let logZ: Double?
    /// The standard error of the annealed ln Z.
    public let logZError: Double?
    /// The mean ln weight of the chains from the base model, a lower bound of ln Z.
    public let logZForward: Double?
    /// The mean ln weight of the chains from the model, an upper bound of ln Z.
    public let logZReverse: Double?
    /// How far the two means are apart.
    public let logZGap: Double?
    /// How far the annealed estimate can be trusted: determined, rough or undetermined.
    public let verdict: String?
    /// How many of the chains from the base model carry the mean of their weights.
    public let effectiveSampleSize: Double?
    /// The same number again, beside that of the other direction.
    public let effectiveSampleSizeForward: Double?
    /// How many of the chains from the model carry the mean of their inverse weights.
    public let effectiveSampleSizeReverse: Double?
    /// Sweeps of tempering that found the states from which chains left the model.
    public let temperingSweeps: Int?
    /// Temperatures of that tempering.
    public let temperingLevels: Int?
    /// How many states came from the model to the base model and back during the tempering.
    public let temperingRoundTrips: Int?
    /// ln Z along the ladder, of lanes that were annealed from the base model.
    public let ladderLogZFromBase: Double?
    public let ladderLogZFromBaseError: Double?
    /// ln Z along the ladder, of lanes that started from the cases.
    public let ladderLogZFromCases: Double?
    public let ladderLogZFromCasesError: Double?
    /// The same two of each quarter of the tempering.
    public let ladderQuarters: [AnnealedPartition.Ladder.Quarter]?
    /// The mean of ln p(v) = −F(v) − ln Z, by `logZ`.
    public let logLikelihood: Double?
    /// The standard error of the annealed log-likelihood.
    public let logLikelihoodError: Double?
    /// The log-likelihood by the upper bound of ln Z and two standard errors.
    public let logLikelihoodLower: Double?
    /// The log-likelihood by the lower bound of ln Z and two standard errors.
    public let logLikelihoodUpper: Double?
    /// Whether `logZ` was enumerated; nil where neither this nor annealing was done.
    public let exact: Bool?
    /// The enumerated ln Z beside an annealed one.
    public let logZExact: Double?
    public let logLikelihoodExact: Double?
    /// The lower end of the variational bound of the mean log-likelihood under a whole stack.
    public let boundLower: Double?
    /// The upper end of that bound; the bound itself is known no better.
    public let boundUpper: Double?
    /// The bounds of the stacks that end with each layer; nil for a single layer, and where some ln Z is
    /// not known.
    public let perLayer: [LayerBound]?
    /// Whether likelihoods are those of bits that were drawn from grey values, once and by a fixed
    /// seed.
    public let drawnBits: Bool

    /// Lines that say what was measured: model, layer and data.
    @NotEncoded private var heading: [String]
    /// What else must be said of ln Z.
    @NotEncoded private var remarks: [String]

    /// Divides sums by the number of cases.
    ///
    /// - Parameters:
    ///   - exact: ln Z by enumeration; nil where both sides are too large.
    ///   - smallerSide: How many units an enumeration has to walk through, or how many bits number
    ///     the states of units that have more than two.
    ///   - countsStates: Whether some units have more than two states.
    ///   - isReal: Whether the visible units are Gaussian.
    init(
        _ sums: CaseMeasures, cases: Int, exact: Double?, annealed: AnnealedPartition? = nil,
        drawsBits: Bool, smallerSide: Int, countsStates: Bool = false, isReal: Bool = false,
        perLayer: [LayerBound]? = nil, heading: [String]
    ) {
        precondition(cases > 0, "a mean over \(cases) cases")
        let count = Double(cases)
        self.cases = cases
        meanFreeEnergy = sums.freeEnergy.value / count
        pseudoLogLikelihood = isReal ? nil : sums.pseudoLogLikelihood.value / count
        reconstructionCrossEntropy = sums.crossEntropy.value / count
        drawnBits = drawsBits
        self.heading = heading

        let bounds = annealed.map {
            AnnealedLikelihood(
                $0, stateFreeEnergy: sums.stateFreeEnergy.value / count, isProbability: !isReal)
        }
        func likelihood(_ logZ: Double) -> Double { -sums.stateFreeEnergy.value / count - logZ }
        logZ = annealed == nil ? exact : bounds?.logZ?.value
        // Between determined and rough, only a determined number has an error.
        let isDetermined = bounds?.verdict == .determined
        logZError = isDetermined ? bounds?.logZ?.error : nil
        logZForward = annealed?.logZ.forward.value
        logZReverse = annealed?.logZ.reverse.value
        logZGap = annealed?.logZ.gap
        verdict = bounds?.verdict.rawValue
        effectiveSampleSize = annealed?.logZ.forwardWeight.effectiveSampleSize
        effectiveSampleSizeForward = effectiveSampleSize
        effectiveSampleSizeReverse = annealed?.logZ.reverseWeight.effectiveSampleSize
        let ladder = annealed?.ladder
        ladderLogZFromBase = ladder?.fromBase.value
        ladderLogZFromBaseError = ladder?.fromBase.error
        ladderLogZFromCases = ladder?.fromCases?.value
        ladderLogZFromCasesError = ladder?.fromCases?.error
        ladderQuarters = ladder?.quarters
        temperingSweeps = annealed?.sweeps
        temperingLevels = annealed?.levels
        temperingRoundTrips = annealed?.roundTrips
        logLikelihood = annealed == nil ? exact.map(likelihood) : bounds?.value?.value
        logLikelihoodError = isDetermined ? bounds?.value?.error : nil
        logLikelihoodLower = bounds?.lower
        logLikelihoodUpper = bounds?.upper
        boundLower = perLayer?.last?.boundLower
        boundUpper = perLayer?.last?.boundUpper
        self.perLayer = perLayer
        self.exact = annealed == nil && exact == nil ? nil : annealed == nil
        logZExact = annealed == nil ? nil : exact
        logLikelihoodExact = logZExact.map(likelihood)
        remarks =
            bounds?.remarks
            ?? (exact != nil
                ? []
                : [
                    "no log-likelihood: ln Z is enumerated over a side of at most "
                        + (countsStates
                            ? "2^\(Enumeration.largestSide) states, and the smaller side has more "
                                + "than 2^\(smallerSide - 1)"
                            : "\(Enumeration.largestSide) units, and the "
                                + "\(isReal ? "hidden" : "smaller") side has \(smallerSide)")
                        + "; --ais estimates it"
                ])
    }

    public var table: Table {
        let drawn = drawnBits ? ", of bits drawn from the grey values" : ""
        var table = Table()
        table.lines(heading)
        table.columns("", .right(), .left(), .left())
        table.number("mean free energy", meanFreeEnergy, "nats per case")
        table.number("pseudo-log-likelihood", pseudoLogLikelihood, "nats per case" + drawn)
        table.number("reconstruction cross-entropy", reconstructionCrossEntropy, "nats per case")
        let isExact = exact == true
        table.number("ln Z", isExact ? logZ : logZExact, "nats, exact")
        table.number(
            "log-likelihood", isExact ? logLikelihood : logLikelihoodExact,
            "nats per case, exact" + drawn)
        addAnnealed(to: &table, drawn)
        table.lines(remarks)
        addStack(to: &table, drawn)
        return table
    }

    private func addAnnealed(to table: inout Table, _ drawn: String) {
        guard let verdict else { return }
        let isDetermined = verdict == BoundedRatio.Verdict.determined.rawValue
        let way = (isDetermined ? "" : "roughly, ") + "by annealing there and back"
        table.number("ln Z", logZ, "nats, " + way, error: logZError)
        // Noise may put means that agree in falling order.
        let means = [logZForward, logZReverse].compactMap(\.self).sorted()
        table.range("  bounds", from: means.first, to: means.last, "nats, means of both ways")
        table.number(
            "log-likelihood", logLikelihood, "nats per case, " + way + drawn,
            error: logLikelihoodError)
        table.range(
            "  bounds", from: logLikelihoodLower, to: logLikelihoodUpper,
            "nats per case, by those and two errors" + drawn)
        table.row(
            "effective sample size", decimal(effectiveSampleSizeForward ?? 0, 1), "there",
            "\(decimal(effectiveSampleSizeReverse ?? 0, 1)) back, of the chains")
        guard let ladderQuarters else { return }
        table.number(
            "ln Z by the ladder", ladderLogZFromBase, "nats, lanes from the base model",
            error: ladderLogZFromBaseError)
        table.number(
            "", ladderLogZFromCases, "nats, lanes from the cases",
            error: ladderLogZFromCasesError)
        for (number, quarter) in ladderQuarters.enumerated() {
            table.row(
                "  quarter \(number + 1)", decimal(quarter.fromBase, 2),
                quarter.fromCases.map { decimal($0, 2) } ?? "", "of the sweeps: base, cases")
        }
    }

    private func addStack(to table: inout Table, _ drawn: String) {
        guard let perLayer else { return }
        table.line("variational bound of the log-likelihood, nats per case" + drawn)
        table.columns("  up to layer", "bound", "from", "to", "gain", .left("ln Z"))
        for layer in perLayer {
            table.row(
                "  \(layer.layer)", layer.bound.map { decimal($0, 2) } ?? "",
                decimal(layer.boundLower, 2), decimal(layer.boundUpper, 2),
                layer.gain.map { decimal($0, 2) } ?? "", layer.logZVerdict)
        }
    }
}

extension Table {
    /// Adds a row with a number, maybe with its error; none without the number.
    fileprivate mutating func number(
        _ name: String, _ value: Double?, _ unit: String, error: Double? = nil
    ) {
        guard let value else { return }
        row(name, decimal(value, 4), error.map { "± \(decimal($0, 4))" } ?? "", unit)
    }

    /// Adds a row with two numbers; none without them.
    fileprivate mutating func range(
        _ name: String, from lower: Double?, to upper: Double?, _ unit: String
    ) {
        guard let lower, let upper else { return }
        row(name, decimal(lower, 4), "to \(decimal(upper, 4))", unit)
    }
}
