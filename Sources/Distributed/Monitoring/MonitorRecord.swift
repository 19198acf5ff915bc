/// What the monitor found after a step; one line of metrics.jsonl.
///
/// Energies in nats a case. Held-out values are nil without a held-out set.
public struct MonitorRecord: Sendable, Equatable {
    public var layer: Int
    public var epoch: Double
    public var step: Int
    public var casesSeen: Int
    public var learningRate: Float
    public var freeEnergyTrain: Double
    public var freeEnergyHeldOut: Double?
    public var pseudoLogLikelihoodHeldOut: Double?
    public var reconstructionCrossEntropy: Double?
    public var weightNorm: Double
    /// The norm of the last change of the weights; nil before the first.
    public var updateNorm: Double?
    /// The mean probability that a hidden unit is 1, over the monitored training cases.
    public var meanHiddenActivity: Double
    /// Hidden units whose mean probability is below 0.01 or above 0.99.
    public var deadHiddenUnits: Int

    // The only ones that may differ between runs of the same bits.
    public var seconds: Double
    public var samplesPerSecond: Double
    public var communicationShare: Double

    /// F(held-out) − F(train): grows when the model memorizes its training cases [Hinton12, §6].
    public var freeEnergyGap: Double? { freeEnergyHeldOut.map { $0 - freeEnergyTrain } }

    /// The record as one JSON object, keys in the order of the contract.
    public var json: String {
        let entries: [(String, String)] = [
            ("layer", "\(layer)"),
            ("epoch", number(epoch)),
            ("step", "\(step)"),
            ("cases_seen", "\(casesSeen)"),
            ("learning_rate", number(Double(learningRate.description) ?? 0)),
            ("free_energy_train", number(freeEnergyTrain)),
            ("free_energy_held_out", number(freeEnergyHeldOut)),
            ("free_energy_gap", number(freeEnergyGap)),
            ("pseudo_log_likelihood_held_out", number(pseudoLogLikelihoodHeldOut)),
            ("reconstruction_cross_entropy", number(reconstructionCrossEntropy)),
            ("weight_norm", number(weightNorm)),
            ("update_norm", number(updateNorm)),
            ("mean_hidden_activity", number(meanHiddenActivity)),
            ("dead_hidden_units", "\(deadHiddenUnits)"),
            ("seconds", number(rounded(seconds))),
            ("samples_per_second", number(rounded(samplesPerSecond))),
            ("communication_share", number(rounded(communicationShare))),
        ]
        return "{" + entries.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
    }
}

/// JSON has no word for what is not a finite number but null.
private func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "null" }
    return "\(value)"
}

/// Times to a microsecond: more digits would be noise.
private func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
