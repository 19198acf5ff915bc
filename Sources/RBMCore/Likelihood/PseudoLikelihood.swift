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
    /// The factors of flips; nil unless both sides have units of two states.
    private let alternatives: AlternativeLikelihood?
    private let flips: FlipFactors

    /// Creates the tables of an RBM.
    ///
    /// - Parameters:
    ///   - rbm: With the hidden columns of this process.
    ///   - group: The processes that hold the others, and make the same calls; nil where there are none.
    public init(_ rbm: RBM, group: (any HiddenGroup)? = nil) {
        shape = LayerSpec(
            visible: rbm.visibleCount, hidden: group?.slices.last?.upperBound ?? rbm.hiddenCount,
            visibleUnits: rbm.visibleUnits, hiddenUnits: rbm.hiddenUnits, encoding: .bits)
        let kinds = [rbm.visibleUnits, rbm.hiddenUnits]
        let isBinary = kinds.allSatisfy { $0.columns == 1 && $0.alternatives == 2 }
        precondition(isBinary || group == nil, "units of several columns that processes divide")
        alternatives = isBinary ? nil : AlternativeLikelihood(rbm)
        flips = FlipFactors(rbm, group: group)
    }

    /// Adds the pseudo-log-likelihoods of cases of bits.
    ///
    /// - Parameters:
    ///   - states: Visible bytes 0 or 1, shape `[cases, visible]`.
    ///   - evaluator: An evaluator of the same RBM, with levels `.bits`.
    public func add(
        of states: [UInt8], cases: Int, evaluator: LayerEvaluator, to sum: inout FixedPointSum
    ) {
        for value in values(of: states, cases: cases, evaluator: evaluator) { sum.add(value) }
    }

    /// The pseudo-log-likelihood of each case of bits; the parameters are those of `add`.
    public func values(
        of states: [UInt8], cases: Int, evaluator: LayerEvaluator
    ) -> [Double] {
        precondition(
            evaluator.shape == shape, "the evaluator is of \(evaluator.shape), not \(shape)")
        let fields = evaluator.preactivations(of: states, cases: cases)
        guard let alternatives else {
            return flips.values(of: states, fields: fields, cases: cases)
        }
        return (0..<cases).map { row in
            alternatives.value(
                states: Array(states[rowRange(row, of: shape.visible)]),
                fields: Array(fields[rowRange(row, of: shape.hidden)]))
        }
    }
}
