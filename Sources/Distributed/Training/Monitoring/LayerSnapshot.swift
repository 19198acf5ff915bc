public import RBMCore

/// What people look at of a layer in training: its weights, what its units answer to, its chains.
public struct LayerSnapshot {
    /// The most hidden units whose filters are shown, and the most chains.
    public static let (mostFilters, mostChains) = (100, 64)

    public let layer: Int
    public let step: Int
    /// The layers below.
    public let below: [RBM]
    public let visibleUnits: any UnitKind
    public let hiddenUnits: any UnitKind
    public let weights: ValueCounts
    /// The mean probability that each hidden unit is 1, over the monitored training cases.
    public let activities: [Double]
    /// The weights of the first hidden columns, each to all visible columns.
    public let filters: [[Float]]
    /// The visible values of the first chains, shape `[chains, visible]`; empty where none live from step
    /// to step.
    public let chains: [Float]

    /// Collective.
    ///
    /// Looks at a layer.
    init(
        of model: MeasuredLayer, layer: Int, step: Int, below: [RBM], activities: [Double],
        chains: [Float]
    ) {
        self.layer = layer
        self.step = step
        self.below = below
        self.activities = activities
        self.chains = chains
        visibleUnits = model.own.visibleUnits
        hiddenUnits = model.own.hiddenUnits
        var weights = ValueCounts()
        let hidden = model.hiddenCount
        var filters = [[Float]](repeating: [], count: min(hidden, Self.mostFilters))
        model.forEachBlock { rows, values in
            weights.add(values)
            for row in 0..<rows.count {
                for unit in filters.indices {
                    filters[unit].append(values[values.startIndex + row * hidden + unit])
                }
            }
        }
        self.weights = weights
        self.filters = filters
    }
}
