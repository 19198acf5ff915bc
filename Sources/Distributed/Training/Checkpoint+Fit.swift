public import ModelFiles
import RBMCore

extension Checkpoint {
    /// Tells why a run cannot go on from here, or nil if it can.
    ///
    /// A configuration that agrees does not suffice: the data may be others than they were.
    ///
    /// - Parameters:
    ///   - plans: Of all layers of the run.
    ///   - visible: Values of a case.
    ///   - cases: How many training cases there are.
    public func misfit(to plans: [LayerPlan], visible: Int, cases: Int) -> String? {
        guard layer < plans.count else {
            return "it trains layer \(layer), but the run has layers 0 to \(plans.count - 1) only"
        }
        if let misfit = LayerMisfit(of: units, to: plans.units(onVisible: visible)) {
            return "its layer \(misfit.layer) has \(misfit.found) units, but the run's has "
                + "\(misfit.wanted)"
        }
        let plan = plans[layer]
        var memory = TrainingMemory(plan, parameters: current.parameters)
        do throws(StateFault) {
            try memory.restore(0..<0, from: state, of: spec)
        } catch {
            return "it \(error)"
        }
        let batches = BatchPlan(
            cases: cases, batch: plan.batch, epochs: plan.epochs, seed: plan.seed, layer: layer)
        let averaged = memory.optimizer.averaged
        guard step <= batches.steps, averaged <= step else {
            return "it is at step \(step) of layer \(layer), with an average over "
                + "\(averaged), but \(cases) cases make only \(batches.steps) steps"
        }
        return nil
    }
}

extension [LayerPlan] {
    /// The units of the layers, the lowest first.
    ///
    /// - Parameter visible: Values of a case.
    func units(onVisible visible: Int) -> [LayerUnits] {
        let below = [visible] + map(\.hidden)
        return zip(below, self).map { visible, plan in plan.units(onVisible: visible) }
    }
}
