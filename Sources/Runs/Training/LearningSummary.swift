import Configuration
import DistributedTraining
import RBMCore
import Reports

extension LayerOptions {
    /// Says what the learning rate of the layer will be.
    func learningSummary(_ plan: LayerPlan, cases: Int) -> String {
        let rate = learningRate
        let steps = BatchPlan(
            cases: cases, batch: plan.batch, epochs: plan.epochs, seed: plan.seed, layer: plan.layer
        ).steps
        var words = "layer \(plan.layer): rate \(shortest(rate.value))"
        if rate.factor != 1 {
            words +=
                " = \(shortest(rate.base)) × \(shortest(rate.factor)) for a batch of "
                + "\(plan.batch)"
        }
        if plan.warmUp.steps > 0 { words += ", rising over \(plan.warmUp.steps) steps" }
        words += ", \(training.schedule.text) over \(steps) steps"
        if training.centering && !biases { words += ", uncentered without biases" }
        return words
    }
}
