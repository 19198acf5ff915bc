public import RBMCore
import RandomStreams

/// What people look at of a layer in training: its weights, what its units answer to, its chains.
public struct LayerSnapshot {
    /// The most hidden units whose filters are shown, and the most chains.
    public static let (mostFilters, mostChains) = (100, 64)

    public let layer: Int
    public let step: Int
    /// The kinds of the units of all layers up to this one, from the cases upward.
    public let kinds: [any UnitKind]
    public let weights: ValueCounts
    /// The mean probability that each hidden unit is 1, over the monitored training cases.
    public let activities: [Double]
    /// The weights of the first hidden columns, each to all columns of a case: above other layers the sums
    /// of the filters below, each times its weight.
    public let filters: [[Float]]
    /// The first chains as cases, shape `[chains, values of a case]`: their own visible values, or what the
    /// layers below make of them.
    ///
    /// Empty where no chains live from step to step, above real hidden units, and on other rows of a grid
    /// than the first.
    public let chains: [Float]

    /// Collective.
    ///
    /// Looks at a layer.
    ///
    /// - Parameter chains: The visible values of the first chains, shape `[chains, visible]`.
    init(
        of model: MeasuredLayer, layer: Int, step: Int, below: [any Machine], activities: [Double],
        chains: [Float]
    ) {
        self.layer = layer
        self.step = step
        self.activities = activities
        self.chains = Self.cases(of: chains, below: below, step: step)
        kinds =
            below.flatMap { [$0.visibleUnits, $0.hiddenUnits] } + [
                model.own.visibleUnits, model.own.hiddenUnits,
            ]
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
        self.filters = below.reversed().reduce(filters) { $1.combinations(ofHidden: $0) }
    }

    /// The seed of what is drawn for pictures alone.
    private static let seed: UInt64 = 1

    /// Collective on the ranks that divide the layers below.
    ///
    /// Draws the cases that the layers below make of visible values of this one.
    private static func cases(of chains: [Float], below: [any Machine], step: Int) -> [Float] {
        guard let top = below.last, !chains.isEmpty else { return chains }
        guard below.allSatisfy({ $0.hiddenUnits.isDiscrete }) else { return [] }
        // A spin is −1 or 1, a bit 0 or 1.
        var states = chains.map { UInt8($0 > 0 ? 1 : 0) }
        let count = chains.count / top.hiddenCount
        var means: [Float] = []
        for (place, machine) in below.enumerated().reversed() {
            (states, means) = DownwardPass(machine, arithmetic: .integer).draw(
                from: states, firstChain: 0, chains: count,
                stream: RandomStream(
                    seed: seed, .picture(layer: place, above: below.count, step: step)))
        }
        return means
    }
}
