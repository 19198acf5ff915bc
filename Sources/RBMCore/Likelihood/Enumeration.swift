/// The exact partition function of an RBM, by summing over all states of its smaller side.
///
/// Of a machine with Gaussian visible units over all hidden states, each of which leaves a Gaussian
/// integral. ln Z = ln Σ_s e^{−F(s)}, in nats, in double precision. The states are walked in Gray-code order,
/// block by block, each block from a freshly computed start: blocks may be shared out, and their sums
/// are combined in a fixed order.
public struct Enumeration: Sendable {
    /// The largest smaller side that is enumerated: 2²⁵ states.
    public static let largestSide = 25

    /// How many units are enumerated.
    public let side: Int

    /// How many blocks the states are divided into.
    public let blocks: Int

    private let unitKind: any UnitKind
    private let otherLaw: any UnitLaw
    private let bias: [Double]
    private let otherBias: [Double]
    /// Shape `[side, other]`.
    private let weights: [Double]

    /// How many units would be enumerated: the smaller side whose states can be counted.
    public static func side(of rbm: RBM) -> Int {
        rbm.visibleUnits.isDiscrete
            ? min(rbm.hiddenCount, rbm.visibleCount) : rbm.hiddenCount
    }

    /// Creates the enumeration; nil when the side to be enumerated has more than 25 units.
    public init?(_ rbm: RBM) {
        side = Self.side(of: rbm)
        let overHidden = side == rbm.hiddenCount
        guard side <= Self.largestSide else { return nil }
        blocks = 1 << max(0, side - 12)
        let parameters = rbm.parameters
        let visibleBias = parameters.visibleBias.map(Double.init)
        let hiddenBias = parameters.hiddenBias.map(Double.init)
        unitKind = overHidden ? rbm.hiddenUnits : rbm.visibleUnits
        otherLaw = overHidden ? rbm.visibleLaw : rbm.hiddenLaw
        bias = overHidden ? hiddenBias : visibleBias
        otherBias = overHidden ? visibleBias : hiddenBias
        weights =
            overHidden
            ? (0..<rbm.hiddenCount).flatMap { j in
                (0..<rbm.visibleCount).map { Double(parameters[$0, j]) }
            } : parameters.weights.map(Double.init)
    }

    /// ln Z, summed on this process alone.
    public var logPartition: Double { Self.combine((0..<blocks).map(logSum)) }

    /// ln Σ e^{−F} over the states of one block.
    public func logSum(_ block: Int) -> Double {
        precondition(block >= 0 && block < blocks, "block \(block) of \(blocks)")
        let count = 1 << side / blocks
        let first = block * count
        // The Gray code of the first state; later ones differ from the one before in one unit.
        var state = first ^ first >> 1
        var field = otherBias
        var energy = 0.0
        for unit in 0..<side {
            let value = unitKind.value(Double(state >> unit & 1))
            energy += bias[unit] * value
            add(value, unit, &field)
        }
        var logs = [Double](repeating: 0, count: count)
        for offset in 0..<count {
            if offset > 0 {
                let unit = (first + offset).trailingZeroBitCount
                let before = unitKind.value(Double(state >> unit & 1))
                state ^= 1 << unit
                let change = unitKind.value(Double(state >> unit & 1)) - before
                energy += bias[unit] * change
                add(change, unit, &field)
            }
            logs[offset] = energy + otherLaw.logPartition(fields: field.span, bias: otherBias.span)
        }
        return Self.combine(logs)
    }

    /// ln Σ eˣ.
    public static func combine(_ logs: [Double]) -> Double {
        let largest = logs.reduce(-Double.infinity, max)
        guard largest.isFinite else { return largest }
        var sum = 0.0
        for x in logs { sum += exponential(x - largest) }
        return largest + logarithm(sum)
    }

    private func add(_ value: Double, _ unit: Int, _ field: inout [Double]) {
        let weights = weights.span.extracting(rowRange(unit, of: field.count))
        var field = field.mutableSpan
        for i in field.indices { field[i] += value * weights[i] }
    }
}
