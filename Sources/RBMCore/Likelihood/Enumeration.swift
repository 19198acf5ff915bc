/// The exact partition function of an RBM, by summing over all states of one side.
///
/// ln Z = ln Σ_s e^{−F(s)}, in nats, in double precision. The sum runs over the states s of the
/// side that has fewer states. F(s) contains the exact sum over the other side, or the integral for
/// Gaussian units.
///
/// The states are walked in the order of a reflected Gray code, in which one unit changes at a
/// time. They are divided into blocks, and every block computes its first state anew. So processes
/// may share out the blocks, and the sums of the blocks are combined in a fixed order.
public struct Enumeration: Sendable {
    /// The largest side that is enumerated, in bits: 2²⁵ states.
    public static let largestSide = 25

    /// How many units are enumerated.
    public let side: Int

    /// How many blocks the states are divided into.
    public let blocks: Int

    private let statesOfBlock: Int
    private let unitKind: any UnitKind
    /// How many states a unit has.
    private let alternatives: Int
    private let otherLaw: any UnitLaw
    private let bias: [Double]
    private let otherBias: [Double]
    /// Shape `[columns of the side, other]`.
    private let weights: [Double]

    /// How many bits number the states of the smaller side.
    ///
    /// For units of two states it is the number of units.
    public static func side(of machine: any Machine) -> Int {
        overHidden(machine)
            ? bits(machine.hiddenUnits, machine.hiddenCount) ?? .max
            : bits(machine.visibleUnits, machine.visibleCount) ?? .max
    }

    /// Whether the hidden side is enumerated: its states can be counted, and are not more than the
    /// visible ones.
    private static func overHidden(_ machine: any Machine) -> Bool {
        let hidden = bits(machine.hiddenUnits, machine.hiddenCount) ?? .max
        return hidden <= bits(machine.visibleUnits, machine.visibleCount) ?? .max
    }

    /// How many bits number the states of some units; nil if the states cannot be counted.
    private static func bits(_ kind: any UnitKind, _ columns: Int) -> Int? {
        guard let alternatives = kind.alternatives else { return nil }
        let units = columns / kind.columns
        guard alternatives > 2 else { return units }
        return Int((Double(units) * logarithm(Double(alternatives)) / logarithm(2.0)).rounded(.up))
    }

    /// Creates the enumeration; nil when the side to be enumerated has more than 2²⁵ states.
    public init?(_ rbm: RBM) {
        guard Self.side(of: rbm) <= Self.largestSide else { return nil }
        let overHidden = Self.overHidden(rbm)
        unitKind = overHidden ? rbm.hiddenUnits : rbm.visibleUnits
        guard let alternatives = unitKind.alternatives else { return nil }
        self.alternatives = alternatives
        let columns = overHidden ? rbm.hiddenCount : rbm.visibleCount
        side = columns / unitKind.columns
        // A block takes as many whole units as have at most 2¹² states together.
        var (statesOfBlock, unitsOfBlock) = (1, 0)
        while unitsOfBlock < side, statesOfBlock * alternatives <= 1 << 12 {
            statesOfBlock *= alternatives
            unitsOfBlock += 1
        }
        self.statesOfBlock = statesOfBlock
        blocks = (unitsOfBlock..<side).reduce(1) { count, _ in count * alternatives }
        let parameters = rbm.parameters
        let visibleBias = parameters.visibleBias.map(Double.init)
        let hiddenBias = parameters.hiddenBias.map(Double.init)
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
        let first = block * statesOfBlock
        var state = grayDigits(first)
        var field = otherBias
        var energy = 0.0
        for unit in 0..<side {
            change(
                unit, by: { unitKind.value(ofAlternative: state[unit], column: $0) }, &energy,
                &field)
        }
        var logs = [Double](repeating: 0, count: statesOfBlock)
        for offset in 0..<statesOfBlock {
            if offset > 0 {
                let unit = changedUnit(first + offset)
                let (old, new) = (state[unit], grayDigit(first + offset, unit))
                state[unit] = new
                change(
                    unit,
                    by: {
                        unitKind.value(ofAlternative: new, column: $0)
                            - unitKind.value(ofAlternative: old, column: $0)
                    }, &energy, &field)
            }
            logs[offset] = energy + otherLaw.logPartition(fields: field.span, bias: otherBias.span)
        }
        return Self.combine(logs)
    }

    /// The alternative of each unit in the state that has a number in the order of the Gray code.
    private func grayDigits(_ number: Int) -> [Int] { (0..<side).map { grayDigit(number, $0) } }

    /// As the number grows, a unit's alternative runs up and down in turn.
    private func grayDigit(_ number: Int, _ unit: Int) -> Int {
        let turns = (0..<unit).reduce(number) { value, _ in value / alternatives }
        let place = turns % (2 * alternatives)
        return place < alternatives ? place : 2 * alternatives - 1 - place
    }

    /// The one unit in which a state differs from the one before.
    private func changedUnit(_ number: Int) -> Int {
        var (rest, unit) = (number, 0)
        while rest % alternatives == 0 {
            rest /= alternatives
            unit += 1
        }
        return unit
    }

    /// Changes the values of a unit's columns.
    private func change(
        _ unit: Int, by difference: (_ column: Int) -> Double, _ energy: inout Double,
        _ field: inout [Double]
    ) {
        for column in 0..<unitKind.columns {
            let change = difference(column)
            guard change != 0 else { continue }
            let place = unit * unitKind.columns + column
            energy += bias[place] * change
            add(change, place, &field)
        }
    }

    /// ln Σ eˣ.
    public static func combine(_ logs: [Double]) -> Double {
        let largest = logs.reduce(-Double.infinity, max)
        guard largest.isFinite else { return largest }
        var sum = 0.0
        for x in logs { sum += exponential(x - largest) }
        return largest + logarithm(sum)
    }

    private func add(_ value: Double, _ column: Int, _ field: inout [Double]) {
        let weights = weights.span.extracting(rowRange(column, of: field.count))
        var field = field.mutableSpan
        for i in field.indices { field[i] += value * weights[i] }
    }
}
