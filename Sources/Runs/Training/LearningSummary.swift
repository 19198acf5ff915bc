import Configuration
import DistributedTraining
import RBMCore
import Reports

extension LayerOptions {
    /// Says how the layer will learn: its rate from the first step to the last, and its chains.
    func learningSummary(_ plan: LayerPlan, cases: Int) -> String {
        let batches = BatchPlan(
            cases: cases, batch: plan.batch, epochs: plan.epochs, seed: plan.seed, layer: plan.layer
        )
        let rate = learningRate
        var words = "layer \(plan.layer): rate \(shortest(rate.value))"
        if rate.factor != 1 {
            words +=
                " = \(shortest(rate.base)) × \(shortest(rate.factor)) for a batch of "
                + "\(plan.batch)"
        }
        if plan.warmUp.steps > 0 { words += ", rising over \(plan.warmUp.steps) steps" }
        words += ", \(course(plan, batches)) \(batches.steps) steps; \(chains(plan.negativePhase))"
        if !training.momentum.isConstant || training.momentum.largest > 0 {
            words += "; momentum \(shortest(training.momentum.from))"
            if !training.momentum.isConstant {
                words += " to \(shortest(training.momentum.to))"
            }
        }
        if training.centering { words += biases ? "; centered" : "; uncentered without biases" }
        return words
    }

    /// What the schedule does with the rate, up to the number of steps.
    private func course(_ plan: LayerPlan, _ batches: BatchPlan) -> String {
        let last = plan.schedule.rate(
            plan.rate, step: batches.steps - 1, of: batches.steps,
            stepsPerEpoch: batches.stepsPerEpoch)
        let end = shortest(Double(last))
        return switch plan.schedule {
        case .constant: "the same for all"
        case .linear: "falling by equal parts to 0 in"
        case .exponential(let factor):
            "times \(shortest(factor)) an epoch, to \(end) in"
        case .inverseTime(let halfLife):
            "half after \(shortest(halfLife)) epochs, to \(end) in"
        }
    }

    /// The negative phase, and how many chains it has.
    private func chains(_ phase: any NegativePhase) -> String {
        phase.startsFromData ? phase.title : "\(phase.title) with \(phase.chainCount) chains"
    }
}
