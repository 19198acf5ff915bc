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
        let current = RBM(
            visibleUnits: visibleUnits, hiddenUnits: hiddenUnits, parameters: state.parameters)
        var below = visible
        for (plan, rbm) in zip(plans, finished + [current]) {
            let wanted = Self.shape(below, plan.visibleUnits, plan.hidden, plan.hiddenUnits)
            let found = Self.shape(
                rbm.visibleCount, rbm.visibleUnits, rbm.hiddenCount, rbm.hiddenUnits)
            guard found == wanted else {
                return "its layer \(plan.layer) has \(found) units, but the run's has \(wanted)"
            }
            below = plan.hidden
        }
        let plan = plans[layer]
        do throws(StateFault) {
            var chains = plan.negativePhase
            try chains.restore(0..<0, from: state.tree, hidden: plan.hidden)
        } catch {
            return "it \(error)"
        }
        let batches = BatchPlan(
            cases: cases, batch: plan.batch, epochs: plan.epochs, seed: plan.seed, layer: layer)
        let averaged = state.tree.notes["averaged"] ?? "0"
        guard state.step <= batches.steps, Int(averaged) ?? 0 <= state.step else {
            return "it is at step \(state.step) of layer \(layer), with an average over "
                + "\(averaged), but \(cases) cases make only \(batches.steps) steps"
        }
        return nil
    }

    private static func shape(
        _ visible: Int, _ visibleUnits: any UnitKind, _ hidden: Int, _ hiddenUnits: any UnitKind
    ) -> String {
        visibleUnits.counted(columns: visible) + " × " + hiddenUnits.counted(columns: hidden)
    }
}
