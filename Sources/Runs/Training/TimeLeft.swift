import DistributedTraining
import RBMCore

/// How long a run still takes, from the pace of the layer in training and the work of those above it.
struct TimeLeft {
    /// How many steps each layer has, and the work of a step: products of all its weights.
    private let layers: [(steps: Int, work: Double)]
    /// The layer in training, where this run has begun with it, and when.
    private var current: (layer: Int, step: Int, since: Duration)?

    /// - Parameter layers: How many steps each layer has, and what a step of it costs in any unit.
    init(_ layers: [(steps: Int, work: Double)]) { self.layers = layers }

    /// - Parameters:
    ///   - plans: Of all layers.
    ///   - cases: How many training cases there are.
    ///   - visible: How many columns a case has.
    init(_ plans: [LayerPlan], cases: Int, visible: Int) {
        var below = visible
        layers = plans.map { plan in
            let batches = BatchPlan(
                cases: cases, batch: plan.batch, epochs: plan.epochs, seed: plan.seed,
                layer: plan.layer)
            let phase = plan.negativePhase
            let rows = Double(phase.rows(ofBatch: plan.batch))
            let products = 2 * Double(plan.batch) + rows * Double(1 + 2 * phase.sweeps)
            let work = Double(below) * Double(plan.hidden) * products
            below = plan.hidden
            return (batches.steps, work)
        }
    }

    /// Notes that a layer's training begins or goes on.
    mutating func begin(_ layer: Int, step: Int, at time: Duration) {
        current = (layer, step, time)
    }

    /// The seconds from a step of the layer in training to the end of the run; nil where the pace is not
    /// known yet.
    func seconds(step: Int, at time: Duration) -> Double? {
        guard let current, step > current.step, time > current.since else { return nil }
        let own = layers[current.layer]
        let pace = (time - current.since) / .seconds(1) / (Double(step - current.step) * own.work)
        let above = layers[(current.layer + 1)...].reduce(0) { $0 + Double($1.steps) * $1.work }
        return pace * (Double(own.steps - step) * own.work + above)
    }
}
