/// A quantity of a record: its name, its unit and its meaning, declared here and nowhere else.
///
/// A new quantity is a constant of this type, its place in `all`, and the line that measures it.
public struct Metric: Sendable, Hashable {
    /// The key in a line of metrics.jsonl.
    public let name: String
    /// What the number counts or is measured in; empty for a pure number.
    public let unit: String
    /// One sentence.
    public let meaning: String
    /// Whether it is measured by the clock, and differs between runs of the same bits.
    public let isTime: Bool

    private init(_ name: String, _ unit: String, _ meaning: String, isTime: Bool = false) {
        self.name = name
        self.unit = unit
        self.meaning = meaning
        self.isTime = isTime
    }

    public static let layer = Metric("layer", "", "The layer's place in the stack, from 0.")
    public static let epoch = Metric("epoch", "epochs", "The cases seen over those of an epoch.")
    public static let step = Metric("step", "steps", "Updates of the layer so far.")
    public static let casesSeen = Metric("cases_seen", "cases", "Training cases used so far.")
    public static let learningRate = Metric("learning_rate", "", "The rate of the next update.")
    public static let freeEnergyTrain = Metric(
        "free_energy_train", "nats", "The mean free energy of the monitored training cases.")
    public static let freeEnergyHeldOut = Metric(
        "free_energy_held_out", "nats", "The mean free energy of as many held-out cases.")
    /// [Hinton12, §6].
    public static let freeEnergyGap = Metric(
        "free_energy_gap", "nats",
        "Held-out minus training free energy; it grows when the model memorizes its training cases."
    )
    public static let pseudoLogLikelihoodHeldOut = Metric(
        "pseudo_log_likelihood_held_out", "nats",
        "The mean of ln p of each visible unit given all others, summed over the units.")
    public static let logLikelihoodHeldOut = Metric(
        "log_likelihood_held_out", "nats",
        "The mean of ln p of the held-out cases, with `monitor.log-likelihood`; null where only its "
            + "bounds are known.")
    public static let logLikelihoodHeldOutError = Metric(
        "log_likelihood_held_out_error", "nats",
        "Its standard error; null unless the bounds are near to each other and the chains follow the "
            + "model.")
    public static let logLikelihoodHeldOutLower = Metric(
        "log_likelihood_held_out_lower", "nats",
        "The lower bound, as far as the training's chains are samples of the model; null where they "
            + "contradict that.")
    public static let logLikelihoodHeldOutUpper = Metric(
        "log_likelihood_held_out_upper", "nats", "The upper bound.")
    public static let reconstructionCrossEntropy = Metric(
        "reconstruction_cross_entropy", "nats",
        "The mean over training cases between a case and its mean-field reconstruction.")
    public static let reconstructionError = Metric(
        "reconstruction_error", "",
        "Of auto-encoders, the error that the training lessens, a mean over the cases of the epoch as "
            + "they were seen.")
    public static let reconstructionErrorHeldOut = Metric(
        "reconstruction_error_held_out", "",
        "Of auto-encoders, the mean error of the held-out cases, with the weights of the record and no value "
            + "hidden.")
    /// [Hinton12, §6].
    public static let reconstructionErrorGap = Metric(
        "reconstruction_error_gap", "",
        "Held-out minus training error, both measured like that, of as many training cases; it grows when "
            + "the training memorizes them.")
    public static let contractionPenalty = Metric(
        "contraction_penalty", "",
        "Of auto-encoders, the mean of λ‖∂h/∂x‖² over the same cases.")
    public static let weightNorm = Metric(
        "weight_norm", "", "The Frobenius norm of the weights.")
    public static let updateNorm = Metric(
        "update_norm", "", "The norm of the last change of the weights.")
    public static let meanHiddenActivity = Metric(
        "mean_hidden_activity", "",
        "The mean probability that a hidden unit is 1, over the monitored training cases.")
    public static let deadHiddenUnits = Metric(
        "dead_hidden_units", "units",
        "Hidden units whose mean probability is below 0.01 or above 0.99.")
    public static let freeEnergyChains = Metric(
        "free_energy_chains", "nats",
        "The mean free energy of the chains' visible states; near that of the training cases where the "
            + "chains are like them.")
    public static let chainMeansDeviation = Metric(
        "chain_means_deviation", "",
        "The squared distance between the means of chains and training cases, over the variance of the "
            + "cases; 0 where they agree.")
    public static let chainStructureDeviation = Metric(
        "chain_structure_deviation", "",
        "The squared distance between the covariances of chains and training cases, over those of the "
            + "cases; 0 where they agree, 1 where chains have none.")
    public static let flipsPerSweep = Metric(
        "flips_per_sweep", "units", "Visible units of a chain that a sweep changes.")
    public static let chainAutocorrelation = Metric(
        "chain_autocorrelation", "",
        "The correlation of the chains' visible units with themselves eight sweeps later.")
    public static let swapAcceptance = Metric(
        "swap_acceptance", "",
        "The mean share of swaps between tempered chains that is accepted.")
    public static let roundTrips = Metric(
        "round_trips", "trips",
        "How often tempered states have come from the top to the bottom and back, over all chains.")
    public static let chainsUp = Metric(
        "chains_up", "", "Of spins, the share of chains with more units up than down.")
    public static let casesUp = Metric(
        "cases_up", "", "The same share of training cases.")
    public static let warnings = Metric(
        "warnings", "", "The names of the rules that the training, its chains or its data break.")
    public static let seconds = Metric(
        "seconds", "s", "Time since the layer's training began or went on.", isTime: true)
    public static let samplesPerSecond = Metric(
        "samples_per_second", "cases/s", "Training cases over that time.", isTime: true)
    public static let communicationShare = Metric(
        "communication_share", "", "The share of that time that rank 0 waited for other ranks.",
        isTime: true)

    /// All quantities, in the order of a record.
    public static let all: [Metric] = [
        layer, epoch, step, casesSeen, learningRate, freeEnergyTrain, freeEnergyHeldOut,
        freeEnergyGap, pseudoLogLikelihoodHeldOut, logLikelihoodHeldOut,
        logLikelihoodHeldOutError, logLikelihoodHeldOutLower, logLikelihoodHeldOutUpper,
        reconstructionCrossEntropy, reconstructionError, reconstructionErrorHeldOut,
        reconstructionErrorGap, contractionPenalty, weightNorm, updateNorm, meanHiddenActivity,
        deadHiddenUnits, freeEnergyChains, chainMeansDeviation,
        chainStructureDeviation, flipsPerSweep, chainAutocorrelation, swapAcceptance, roundTrips,
        chainsUp, casesUp, warnings, seconds, samplesPerSecond,
        communicationShare,
    ]
}
