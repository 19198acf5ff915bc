/// A quantity of a training's records by which one checkpoint is kept as the best.
///
/// The words are the names in metrics.jsonl.
public enum BestMetric: String, CaseIterable, Sendable {
    case logLikelihood = "log_likelihood_held_out"
    case pseudoLogLikelihood = "pseudo_log_likelihood_held_out"
    case reconstruction = "reconstruction_cross_entropy"
    case chainMeans = "chain_means_deviation"
    case chainStructure = "chain_structure_deviation"
}
