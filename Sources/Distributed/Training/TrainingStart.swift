import RBMCore

/// Where a layer's training starts: first parameters, and what its chains are drawn from.
struct TrainingStart {
    let parameters: Parameters
    private let plan: LayerPlan
    /// The probability that each visible unit is 1; empty of real units.
    private let rates: [Double]
    /// nil of units that are not real.
    private let moments: VisibleMoments?

    /// Collective.
    ///
    /// Measures the data.
    init(
        _ plan: LayerPlan, _ source: any CaseSource, _ world: borrowing Communicator
    ) throws {
        self.plan = plan
        let startsAtData = plan.startsAtLogOdds && plan.optimizer.biases
        if plan.visibleUnits.hasOwnParameters {
            let moments = try DistributedTraining.moments(of: source, world).moments
            self.moments = moments
            rates = []
            parameters =
                plan.initial
                ?? Parameters(
                    initialWeights: plan.initialWeights, moments: moments, hidden: plan.hidden,
                    learnsVariances: plan.learnsVariances, startsAtMeans: startsAtData,
                    seed: plan.seed, layer: plan.layer)
        } else {
            let rates = try baseRates(of: source, world)
            self.rates = rates
            moments = nil
            parameters =
                plan.initial
                ?? Parameters(
                    initialWeights: plan.initialWeights, visible: source.visible,
                    hidden: plan.hidden, visibleUnits: plan.visibleUnits,
                    logOddsOf: startsAtData ? rates : nil, seed: plan.seed, layer: plan.layer)
        }
    }

    /// Draws some of the run's persistent chains.
    func chains(_ indices: Range<Int>, _ arithmetic: Layer) -> Chains {
        if let moments {
            return Chains(
                indices: indices, moments: moments, arithmetic: arithmetic, seed: plan.seed,
                layer: plan.layer)
        }
        return Chains(
            indices: indices, baseRates: rates, arithmetic: arithmetic, seed: plan.seed,
            layer: plan.layer)
    }
}
