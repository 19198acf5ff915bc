import Foundation
public import RBMCore
public import Ranks

/// What a record says against a training, its chains and its data: the rules by which a run warns, in
/// one place.
public enum TrainingWarning: String, Sendable, CaseIterable {
    /// Chains and data have free energies as far apart as no two sets can have that the model holds for
    /// alike.
    case chainsOffData = "chains-off-data"
    /// The chains' means are not those of the data: they are all in some of the modes.
    case chainsInFewModes = "chains-in-few-modes"
    /// Of spins, many more or fewer chains than cases are up.
    case chainsInOneSign = "chains-in-one-sign"
    /// The model has most of its probability where no chain is.
    case chainsMissModes = "chains-miss-modes"
    /// The chains lack correlations that the data have, late in the training.
    case chainsLackStructure = "chains-lack-structure"
    /// At least half of the hidden units are on, or off, for nearly all cases.
    case deadHiddenUnits = "dead-hidden-units"
    /// The error of the mean over the held-out cases hides the gap at which the training stops.
    case heldOutTooSmall = "held-out-too-small"
    /// The training ends before an early stop has seen as many records as it waits for.
    case earlyStopCannotAct = "early-stop-cannot-act"
    /// The training ends before any machine has learned much.
    case fewSteps = "few-steps"
    /// Gaussian units keep the variance 1 on data of other deviations.
    case dataOffUnitVariance = "data-off-unit-variance"
    /// All training cases are the same.
    case casesAllEqual = "cases-all-equal"
    /// Columns of a table, or most pixels of pictures, have one value in all training cases.
    case columnsNeverVary = "columns-never-vary"

    /// Whether the chains are not samples of the model.
    var isOfMixing: Bool {
        switch self {
        case .chainsOffData, .chainsInFewModes, .chainsInOneSign, .chainsMissModes: true
        default: false
        }
    }

    /// What was found and what may help, as one sentence.
    public var sentence: String {
        switch self {
        case .chainsOffData:
            "the free energies of chains and data are impossibly far apart: the chains do not follow "
                + "the model; lower `learning-rate`, or try `algorithm: pt`"
        case .chainsInFewModes:
            "the chains do not have the means of the data: they stay in some of the modes; try "
                + "`algorithm: pt`"
        case .chainsInOneSign:
            "the chains do not have the signs of the data; try `global-flips: true`, `algorithm: pt`, a "
                + "lower `learning-rate`, or `biases: false` where the data have no sign of their own"
        case .chainsMissModes:
            "the last model has more probability than its chains know of, in states where none of them "
                + "is: it is worse than its free energies look; try `algorithm: pt`, or a lower "
                + "`learning-rate`"
        case .chainsLackStructure:
            "the chains lack correlations that the data have: the model has not learned them; take more "
                + "`epochs` or a higher `learning-rate`, or try `algorithm: pt`"
        case .deadHiddenUnits:
            "half of the hidden units or more are always on or always off, and tell nothing of the "
                + "cases; try a lower `learning-rate`, or begin anew with `learning-rate: auto`"
        case .heldOutTooSmall:
            "the held-out cases are so few that the error of their mean free energy is larger than "
                + "`early-stop.gap`: chance decides when the training stops; try a larger `held-out` "
                + "or a larger gap"
        case .earlyStopCannotAct:
            "the training has fewer records than `early-stop.patience` asks for, and cannot stop "
                + "early; try a shorter `monitor.every`, a smaller `patience`, or more `epochs`"
        case .fewSteps:
            "the training has fewer than \(Self.fewestSteps) steps, of which each learns a little: the model "
                + "will know the data roughly; try more `epochs`, or a smaller `batch`"
        case .dataOffUnitVariance:
            "gaussian units keep a deviation of 1, and those of the data are far from it; try "
                + "`standardize: true` or `visible-variance: learned`"
        case .casesAllEqual:
            "all training cases are the same, and leave nothing to learn but themselves; try "
                + "`wilson inspect` on the file, and another `binarize` or `values`"
        case .columnsNeverVary:
            "some columns have the same value in all training cases (of pictures, more than half of "
                + "the pixels); try the data without them, or another `binarize` or `values`"
        }
    }

    /// The name and the sentence, as people see them.
    public var line: String { "\(rawValue): \(sentence)" }

    /// The share of the data's variance by which the chains' means may be off: MNIST has at most 0.02, all
    /// chains in one of two equal modes 1, and 0.3 is the noise of a right training of two modes.
    private static let largestMeansDeviation = 0.5
    /// The share of the data's covariances that chains may lack: MNIST has 0.09 after one epoch, and
    /// less than 0 from the fifth on.
    private static let largestStructureDeviation = 0.2
    /// The share of chains that may have the other sign.
    private static let largestSignDeviation = 0.4
    /// The share of hidden units that may be on or off for nearly all cases.
    private static let largestDeadShare = 0.5
    /// The steps of a training that has time to learn: MNIST's first epoch has 540, and two equal modes
    /// of 36 bits are 1 to 3 nats from learned after 300.
    static let fewestSteps = 500
    /// The deviations of data on which Gaussian units of variance 1 learn.
    ///
    /// A column above the largest drives the training by itself. Where the median column is below the
    /// smallest, the units' own noise hides the data.
    private static let deviationsOfUnitVariance = (1.0 / 3)...3.0

    /// Judges a record.
    ///
    /// - Parameters:
    ///   - progress: The share of the layer's steps that have been made.
    ///   - kind: The kind of the visible units.
    ///   - hidden: How many hidden units there are; nil where a unit has several columns, each of which
    ///     may be rare.
    ///   - heldOutError: The standard error of the mean free energy of the held-out cases, in nats; nil
    ///     where nothing is decided by it.
    ///   - stopGap: The gap of the layer's early stop; nil for none.
    static func all(
        of record: MonitorRecord, progress: Double, visible: Int, kind: any UnitKind,
        hidden: Int? = nil, heldOutError: Double? = nil, stopGap: Double? = nil
    ) -> [TrainingWarning] {
        var found: [TrainingWarning] = []
        if let chains = record.number(.freeEnergyChains), let alternatives = kind.alternatives,
            let data = record.number(.freeEnergyTrain)
        {
            // F is −ln p but for ln Z, and the mean of −ln p is at most ln of the number of states.
            let most = Double(visible / kind.columns) * log(Double(alternatives))
            if (chains - data).magnitude > most / 2 { found.append(.chainsOffData) }
        }
        if let means = record.number(.chainMeansDeviation), means > largestMeansDeviation {
            found.append(.chainsInFewModes)
        }
        if let chains = record.number(.chainsUp), let cases = record.number(.casesUp),
            (chains - cases).magnitude > largestSignDeviation
        {
            found.append(.chainsInOneSign)
        }
        if progress >= 0.5, let structure = record.number(.chainStructureDeviation),
            structure > largestStructureDeviation
        {
            found.append(.chainsLackStructure)
        }
        if progress > 0, let hidden, let dead = record.number(.deadHiddenUnits),
            dead >= largestDeadShare * Double(hidden)
        {
            found.append(.deadHiddenUnits)
        }
        if progress > 0, let heldOutError, let stopGap, heldOutError > stopGap {
            found.append(.heldOutTooSmall)
        }
        return found
    }

    /// Judges the data of the lowest layer; every record of the layer repeats what is found.
    ///
    /// - Parameters:
    ///   - isTable: Whether a case is a row of numbers. Pictures have edges that never vary.
    static func all(
        of columns: ColumnCensus, keepsUnitVariance: Bool, isTable: Bool
    ) -> [TrainingWarning] {
        guard columns.cases > 1 else { return [] }
        if columns.constant == columns.count { return [.casesAllEqual] }
        var found: [TrainingWarning] = []
        if isTable ? columns.constant > 0 : 2 * columns.constant > columns.count {
            found.append(.columnsNeverVary)
        }
        let deviations = columns.deviations.filter { $0 > 0 }.sorted()
        if keepsUnitVariance, let largest = deviations.last {
            let range = deviationsOfUnitVariance
            if largest > range.upperBound || deviations[deviations.count / 2] < range.lowerBound {
                found.append(.dataOffUnitVariance)
            }
        }
        return found
    }

    /// Judges an early stop by how many records follow the first step.
    ///
    /// - Parameter records: nil where the clock decides.
    static func all(of earlyStop: EarlyStop, records: Int?) -> [TrainingWarning] {
        guard earlyStop.gap != nil, let records, records < earlyStop.patience else { return [] }
        return [.earlyStopCannotAct]
    }

    /// Judges a training by its length in steps.
    static func all(ofSteps steps: Int) -> [TrainingWarning] {
        steps < fewestSteps ? [.fewSteps] : []
    }

    /// Collective.
    ///
    /// Returns what can be said against a layer's training before its first step.
    ///
    /// - Parameter caseShape: The shape of a case of the data; nil for layers above the lowest, whose
    ///   cases are not looked at.
    public static func beforeTraining(
        _ plan: LayerPlan, on data: LayerData, caseShape: [Int]?, monitor: MonitorPlan,
        _ world: borrowing Communicator
    ) throws -> [TrainingWarning] {
        let batches = BatchPlan(
            cases: data.training.count, batch: plan.batch, epochs: plan.epochs, seed: plan.seed,
            layer: plan.layer)
        let every = monitor.every.steps(perEpoch: batches.stepsPerEpoch).map { max(1, $0) }
        // The last step has a record of its own.
        let records = every.map { (batches.steps - 1) / $0 + 1 }
        var found = all(of: plan.earlyStop, records: records) + all(ofSteps: batches.steps)
        if let caseShape {
            let isTable = caseShape.count == 1
            let columns = try ColumnCensus(
                of: data.training, seed: plan.seed, layer: plan.layer,
                mayEnd: { isTable ? $0 == 0 : 2 * $0 <= data.training.visible }, world)
            found += all(
                of: columns,
                keepsUnitVariance: plan.visibleUnits.hasOwnParameters && !plan.learnsVariances
                    && (plan.initial.map { !$0.hasLogVariances } ?? true),
                isTable: isTable)
        }
        return found
    }
}
