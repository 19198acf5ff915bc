import Foundation
import RBMCore

/// What a record says against the chains of a training: the rules by which a run warns, in one place.
public enum TrainingWarning: String, Sendable, CaseIterable {
    /// Chains and data have free energies as far apart as no two sets can have that the model holds for
    /// alike.
    case chainsOffData = "chains-off-data"
    /// The chains' means are not those of the data: they are all in some of the modes.
    case chainsInFewModes = "chains-in-few-modes"
    /// Of spins, many more or fewer chains than cases are up.
    case chainsInOneSign = "chains-in-one-sign"
    /// The chains lack correlations that the data have, late in the training.
    case chainsLackStructure = "chains-lack-structure"

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
            "the chains do not have the signs of the data: they do not turn over; try `algorithm: pt`, "
                + "or `biases: false` where the data have no sign of their own"
        case .chainsLackStructure:
            "the chains lack correlations that the data have: the model has not learned them; take more "
                + "`epochs` or a higher `learning-rate`, or try `algorithm: pt`"
        }
    }

    /// The share of the data's variance by which the chains' means may be off: MNIST has at most 0.02, all
    /// chains in one of two equal modes 1, and 0.3 is the noise of a right training of two modes.
    private static let largestMeansDeviation = 0.5
    /// The share of the data's covariances that chains may lack: MNIST has 0.09 after one epoch, and
    /// less than 0 from the fifth on.
    private static let largestStructureDeviation = 0.2
    /// The share of chains that may have the other sign.
    private static let largestSignDeviation = 0.4

    /// Judges a record.
    ///
    /// - Parameters:
    ///   - progress: The share of the layer's steps that have been made.
    ///   - kind: The kind of the visible units.
    static func all(
        of record: MonitorRecord, progress: Double, visible: Int, kind: any UnitKind
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
        return found
    }
}
