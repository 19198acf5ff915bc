/// Measures a fixed RBM on cases given as bytes: free energies, hidden means, reconstructions.
///
/// Runs on the products of an arithmetic, in blocks of rows; what it adds up is in fixed point, so
/// that any division of the cases gives the same sums. Every case's value is a sum over its units in
/// a fixed order.
public final class LayerEvaluator {
    public let rbm: RBM
    public let shape: LayerShape

    private let arithmetic: Layer
    private var hidden: [Float] = []
    private var visible: [Float] = []
    private var means: [UInt8] = []
    private var terms: [Float] = []
    /// The levels of one case.
    private var levels: [Float] = []
    private let visibleLaw: any UnitLaw
    private let hiddenLaw: any UnitLaw

    /// Creates an evaluator of an RBM whose visible bytes have the given levels.
    public init(_ rbm: RBM, levels: StateEncoding, arithmetic kind: ArithmeticKind) {
        self.rbm = rbm
        shape = LayerShape(rbm, levels: levels)
        arithmetic = Layer(shape, frozen: kind)
        arithmetic.load(rbm.parameters)
        visibleLaw = rbm.visibleLaw
        hiddenLaw = rbm.hiddenLaw
    }

    /// Adds the free energies of cases, and the activities of hidden units where the sums have room
    /// for them.
    ///
    /// - Parameter states: Visible bytes, shape `[cases, visible]`.
    public func addFreeEnergies(of states: [UInt8], cases: Int, to sums: inout CaseMeasures) {
        preactivations(of: states, cases: cases)
        let bias = rbm.parameters.visibleBias
        for row in 0..<cases {
            sums.freeEnergy.add(freeEnergy(bias, states, row))
        }
        guard !sums.activity.isEmpty else { return }
        precondition(
            sums.activity.count == shape.hidden,
            "\(sums.activity.count) activities of \(shape.hidden) hidden units")
        activate(hiddenLaw, columns: shape.hidden, rows: 0..<cases, &hidden)
        // At most 2¹⁵ rows of at most 2¹⁶ fit in 32 bits.
        precondition(cases <= 1 << 15, "\(cases) cases in one block; at most 32768")
        var block = [UInt32](repeating: 0, count: shape.hidden)
        for row in 0..<cases {
            let probabilities = hidden.span.extracting(rowRange(row, of: shape.hidden))
            var block = block.mutableSpan
            for j in block.indices {
                block[j] &+= UInt32(bitPattern: roundedInteger(probabilities[j] * 65_536))
            }
        }
        for j in block.indices { sums.activity[j] += Int64(block[j]) }
    }

    /// The free energy of each case, shape `[cases]`, in nats.
    public func freeEnergies(of states: [UInt8], cases: Int) -> [Double] {
        preactivations(of: states, cases: cases)
        let bias = rbm.parameters.visibleBias
        return (0..<cases).map { freeEnergy(bias, states, $0) }
    }

    /// Adds the cross-entropy between each case and its mean-field reconstruction, in nats a case.
    ///
    /// The reconstruction is the visible mean given the hidden means, which enter as bytes rounded
    /// to the nearest. With Gaussian visible units it is minus the logarithm of the density that the
    /// reconstruction and its variances give the case.
    public func addCrossEntropies(of states: [UInt8], cases: Int, to sums: inout CaseMeasures) {
        hiddenMeans(of: states, cases: cases)
        if visible.count < cases * shape.visible {
            visible = Array(repeating: 0, count: cases * shape.visible)
        }
        arithmetic.downward(means, levels: .grey, rows: 0..<cases, into: &visible)
        for row in 0..<cases {
            readLevels(
                stored: shape.levels, states.span, row: row, count: shape.visible, into: &levels)
            let (visible, levels) = (visible, levels)
            sums.crossEntropy.add(
                visibleLaw.crossEntropy(
                    ofLevels: levels.span.extracting(0..<shape.visible),
                    fields: visible.span.extracting(rowRange(row, of: shape.visible)),
                    terms: &terms))
        }
    }

    /// The probability of each hidden unit, as bytes that stand for x/127, rounded to the nearest.
    ///
    /// - Returns: Valid until the next call; shape `[cases, hidden]`.
    @discardableResult
    public func hiddenMeans(of states: [UInt8], cases: Int) -> [UInt8] {
        hiddenProbabilities(of: states, cases: cases)
        if means.count < cases * shape.hidden {
            means = Array(repeating: 0, count: cases * shape.hidden)
        }
        let hidden = hidden
        let probabilities = hidden.span
        var means = means.mutableSpan
        for i in 0..<(cases * shape.hidden) {
            means[i] = UInt8(truncatingIfNeeded: roundedInteger(probabilities[i] * 127))
        }
        return self.means
    }

    /// The probability that each hidden unit is 1, shape `[cases, hidden]`; may be longer.
    @discardableResult
    public func hiddenProbabilities(of states: [UInt8], cases: Int) -> [Float] {
        preactivations(of: states, cases: cases)
        activate(hiddenLaw, columns: shape.hidden, rows: 0..<cases, &hidden)
        return hidden
    }

    /// c + Wᵀv for each case, shape `[cases, hidden]`; may be longer.
    @discardableResult
    func preactivations(of states: [UInt8], cases: Int) -> [Float] {
        if hidden.count < cases * shape.hidden {
            hidden = Array(repeating: 0, count: cases * shape.hidden)
        }
        arithmetic.upward(states, rows: 0..<cases, into: &hidden)
        return hidden
    }

    /// The free energy of one case, whose hidden fields are known.
    private func freeEnergy(_ bias: [Float], _ states: [UInt8], _ row: Int) -> Double {
        readLevels(
            stored: shape.levels, states.span, row: row, count: shape.visible, into: &levels)
        let (hidden, levels) = (hidden, levels)
        let fields = hidden.span.extracting(rowRange(row, of: shape.hidden))
        return visibleLaw.energy(
            ofLevels: levels.span.extracting(0..<shape.visible), bias: bias.span, terms: &terms)
            - hiddenLaw.logPartition(fields: fields, terms: &terms)
    }
}
