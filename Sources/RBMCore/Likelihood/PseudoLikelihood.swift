/// The pseudo-log-likelihood of cases: Σ over all visible units of ln p(vᵢ | the others), in nats.
///
/// Every unit of every case is flipped, not one unit drawn at random, so that the value has no
/// sampling noise.
///
/// Units of two states have one alternative, see `FlipFactors`; under other hidden units, and of units
/// of several columns, all alternatives are gone through, see `AlternativeLikelihood`.
/// Source: [Besag75].
public struct PseudoLikelihood {
    private let shape: LayerSpec
    /// The processes that hold the other hidden columns; nil where there are none.
    private let group: (any HiddenGroup)?
    private let tables: Tables

    private enum Tables {
        /// Both sides have units of two states.
        case flips(FlipFactors)
        /// Goes through all alternatives, with all hidden columns.
        case alternatives(AlternativeLikelihood)
    }

    /// Creates the tables of a machine.
    public init(_ machine: any Machine) {
        shape = LayerSpec(machine, encoding: .bits)
        let kinds = [machine.visibleUnits, machine.hiddenUnits]
        let isBinary = kinds.allSatisfy { $0.columns == 1 && $0.alternatives == 2 }
        group = machine.group
        tables =
            isBinary
            ? .flips(FlipFactors(machine.own, group: machine.group))
            : .alternatives(AlternativeLikelihood(machine.whole))
    }

    /// Adds the pseudo-log-likelihoods of cases of bits.
    ///
    /// - Parameters:
    ///   - states: Visible bytes 0 or 1, shape `[cases, visible]`.
    ///   - evaluator: An evaluator of the same machine, with levels `.bits`.
    ///   - factors: By what each case counts; nil where all count alike.
    public func add(
        of states: [UInt8], cases: Int, evaluator: LayerEvaluator, factors: [Double]? = nil,
        to sum: inout FixedPointSum
    ) {
        sum.add(values(of: states, cases: cases, evaluator: evaluator), times: factors)
    }

    /// The pseudo-log-likelihood of each case of bits; the parameters are those of `add`.
    public func values(
        of states: [UInt8], cases: Int, evaluator: LayerEvaluator
    ) -> [Double] {
        precondition(
            evaluator.shape == shape, "the evaluator is of \(evaluator.shape), not \(shape)")
        let fields = evaluator.preactivations(of: states, cases: cases)
        let alternatives: AlternativeLikelihood
        switch tables {
        case .flips(let flips): return flips.values(of: states, fields: fields, cases: cases)
        case .alternatives(let found): alternatives = found
        }
        func values(of rows: Range<Int>) -> [Double] {
            rows.map { row in
                alternatives.value(
                    states: Array(states[rowRange(row, of: shape.visible)]),
                    fields: Array(fields[rowRange(row, of: shape.hidden)]))
            }
        }
        guard let group else { return values(of: 0..<cases) }
        // Each process measures some of the cases.
        let count = group.slices.count
        let starts = (0...count).map { cases * $0 / count }
        let own = starts[group.place]..<starts[group.place + 1]
        return group.gather(
            values(of: own), counts: (0..<count).map { starts[$0 + 1] - starts[$0] })
    }
}
