import Ranks
import RBMCore

/// Where a layer's training starts: first parameters of this rank's hidden columns, and what its chains are
/// drawn from.
struct TrainingStart {
    let parameters: Parameters
    private let plan: LayerPlan
    /// The probability that each visible unit is 1; empty if units take real values.
    private let rates: [Double]
    /// The moments of real values; nil for other units.
    private let moments: VisibleMoments?

    /// Collective.
    ///
    /// Measures the data.
    ///
    /// - Parameter column: The ranks that share the cases, each with the same hidden columns.
    init(
        _ plan: LayerPlan, _ source: any CaseSource, slice: HiddenSlice,
        column: borrowing Communicator, _ world: borrowing Communicator
    ) throws {
        self.plan = plan
        let startsAtData = plan.startsAtLogOdds && plan.optimizer.biases
        if plan.visibleUnits.hasOwnParameters {
            let moments =
                if case .moments(let known) = source.unobserved?.marginals {
                    known
                } else {
                    try DistributedTraining.moments(of: source, column).moments
                }
            self.moments = moments
            rates = []
            parameters =
                plan.initial
                ?? Parameters(
                    initialWeights: plan.initialWeights, moments: moments, hidden: plan.hidden,
                    learnsVariances: plan.learnsVariances, startsAtMeans: startsAtData,
                    seed: plan.seed, layer: plan.layer)
        } else {
            let rates = try baseRates(of: source, column)
            self.rates = rates
            moments = nil
            parameters =
                try plan.initial.map { $0.hiddenCount == slice.total ? $0.cut(to: slice) : $0 }
                ?? world.together {
                    try Self.drawn(plan, source, slice, startsAtData ? rates : nil)
                }
        }
    }

    /// Draws first parameters.
    private static func drawn(
        _ plan: LayerPlan, _ source: any CaseSource, _ slice: HiddenSlice, _ rates: [Double]?
    ) throws -> Parameters {
        // Where a hidden unit begins depends on those before it.
        let drawsAll = plan.initialNeighbours > 0
        var parameters = Parameters(
            initialWeights: plan.initialWeights, visible: source.visible, hidden: plan.hidden,
            visibleUnits: plan.visibleUnits, logOddsOf: rates, seed: plan.seed, layer: plan.layer,
            slice: drawsAll ? nil : slice)
        guard drawsAll else { return parameters }
        // Every rank looks at the same cases, some thousand from all parts of the data.
        let count = min(source.count, 8192, max(64, (1 << 26) / source.visible))
        let cases = (0..<count).map { $0 * source.count / count }
        var states = [UInt8](repeating: 0, count: count * source.visible)
        try source.load(cases, draw: 0, into: &states)
        parameters.addLocalWeights(neighbours: plan.initialNeighbours, states: states)
        return parameters.cut(to: slice)
    }

    /// Where chains that live from step to step start.
    ///
    /// - Parameter layer: Loaded with the parameters.
    func chains(_ layer: Layer) -> ChainStart {
        if let moments {
            return ChainStart(
                moments: moments, layer: layer, seed: plan.seed, place: plan.layer)
        }
        return ChainStart(
            rates: rates, layer: layer, seed: plan.seed, place: plan.layer)
    }
}
