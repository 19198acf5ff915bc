/// Measures a fixed RBM on cases given as bytes: free energies, hidden means, reconstructions.
///
/// Runs on the products of an arithmetic, in blocks of rows; what it adds up is in fixed point, so
/// that any division of the cases gives the same sums. Every case's value is a sum over its units in
/// a fixed order.
public final class LayerEvaluator {
    public let rbm: RBM
    public let shape: LayerShape

    private let arithmetic: any LayerArithmetic
    private var hidden: [Float] = []
    private var visible: [Float] = []
    private var means: [UInt8] = []
    private var terms: [Float] = []
    /// One case of Gaussian units, and their 1/2σ².
    private var reals: [Float] = []
    private let halfPrecisions: [Float]

    /// Creates an evaluator of an RBM whose visible bytes have the given levels.
    public init(_ rbm: RBM, levels: ByteLevels, arithmetic kind: ArithmeticKind) {
        self.rbm = rbm
        shape = LayerShape(rbm, levels: levels)
        arithmetic = makeArithmetic(kind, shape)
        arithmetic.load(rbm.parameters)
        halfPrecisions =
            rbm.visibleUnits == .gaussian ? rbm.visibleVariances.map { Float(0.5 / $0) } : []
    }

    /// Sums over cases, to be added up over processes.
    public struct Sums: Sendable {
        public var cases: Int64 = 0
        public var freeEnergy = FixedPointSum()
        public var crossEntropy = FixedPointSum()
        /// Σ over cases of the probability of each hidden unit, in units of 2⁻¹⁶, shape `[hidden]`.
        public var activity: [Int64] = []

        public init() {}
    }

    /// Adds the free energies of cases, and the activities of their hidden units if asked.
    ///
    /// - Parameter states: Visible bytes, shape `[cases, visible]`.
    public func addFreeEnergies(
        of states: [UInt8], cases: Int, activity: Bool, to sums: inout Sums
    ) {
        preactivations(of: states, cases: cases)
        sums.cases += Int64(cases)
        let bias = rbm.parameters.visibleBias
        for row in 0..<cases {
            sums.freeEnergy.add(visibleTerm(bias, states, row) - hiddenTerm(row))
        }
        guard activity else { return }
        activate(shape.hiddenUnits, units: shape.hidden, rows: 0..<cases, &hidden)
        if sums.activity.isEmpty { sums.activity = Array(repeating: 0, count: shape.hidden) }
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
        return (0..<cases).map { visibleTerm(bias, states, $0) - hiddenTerm($0) }
    }

    /// Adds the cross-entropy between each case and its mean-field reconstruction, in nats a case.
    ///
    /// The reconstruction is the visible mean given the hidden means, which enter as bytes rounded
    /// to the nearest. With Gaussian visible units it is minus the logarithm of the density that the
    /// reconstruction and its variances give the case.
    public func addCrossEntropies(of states: [UInt8], cases: Int, to sums: inout Sums) {
        hiddenMeans(of: states, cases: cases)
        if visible.count < cases * shape.visible {
            visible = Array(repeating: 0, count: cases * shape.visible)
        }
        arithmetic.downward(means, levels: .grey, rows: 0..<cases, into: &visible)
        if shape.visibleUnits == .gaussian {
            return addDensities(of: states, cases: cases, to: &sums)
        }
        let factor = 1 / Float(shape.levels.maximum)
        let sharpness: Float = shape.visibleUnits == .spin ? 2 : 1
        for row in 0..<cases {
            let (visible, states) = (visible, states)
            let x = visible.span.extracting(rowRange(row, of: shape.visible))
            let bytes = states.span.extracting(rowRange(row, of: shape.visible))
            sums.crossEntropy.add(
                sumOfTerms(&terms, count: shape.visible) { terms in
                    for i in terms.indices {
                        let field = sharpness * x[i]
                        terms[i] = softplus(field) - field * (Float(bytes[i]) * factor)
                    }
                })
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
        activate(shape.hiddenUnits, units: shape.hidden, rows: 0..<cases, &hidden)
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

    /// The energy of one case's visible units alone: −b·v, or Σ (v − b)²/2σ² of Gaussian units.
    private func visibleTerm(_ bias: [Float], _ states: [UInt8], _ row: Int) -> Double {
        guard shape.visibleUnits != .gaussian else {
            readReals(states, rowRange(row, of: shape.visible), into: &reals)
            return squares(of: reals, around: bias.span)
        }
        let bytes = states.span.extracting(rowRange(row, of: shape.visible))
        let bias = bias.span
        let factor = (shape.visibleUnits == .spin ? 2 : 1) / Float(shape.levels.maximum)
        let offset: Float = shape.visibleUnits == .spin ? -1 : 0
        return -sumOfTerms(&terms, count: shape.visible) { terms in
            for i in terms.indices { terms[i] = bias[i] * (Float(bytes[i]) * factor + offset) }
        }
    }

    /// Σ (v − m)²/2σ² of Gaussian units.
    private func squares(of values: [Float], around means: Span<Float>) -> Double {
        let (values, halfPrecisions) = (values, halfPrecisions)
        return squares(of: values.span, around: means, times: halfPrecisions.span)
    }

    private func squares(
        of values: Span<Float>, around means: Span<Float>, times factors: Span<Float>
    ) -> Double {
        sumOfTerms(&terms, count: shape.visible) { terms in
            for i in terms.indices {
                let difference = values[i] - means[i]
                terms[i] = difference * difference * factors[i]
            }
        }
    }

    /// Adds −ln N(v; m, σ²) of each case, m being the means in `visible`.
    private func addDensities(of states: [UInt8], cases: Int, to sums: inout Sums) {
        let constant = rbm.visibleVariances.reduce(0) { $0 + logNormalization(variance: $1) }
        let visible = visible
        for row in 0..<cases {
            readReals(states, rowRange(row, of: shape.visible), into: &reals)
            let means = visible.span.extracting(rowRange(row, of: shape.visible))
            sums.crossEntropy.add(constant + squares(of: reals, around: means))
        }
    }

    /// Σ over hidden units of ln Σ_h e^{hx} in the row's field x.
    private func hiddenTerm(_ row: Int) -> Double {
        let hidden = hidden
        let x = hidden.span.extracting(rowRange(row, of: shape.hidden))
        return sumOfTerms(&terms, count: shape.hidden) { terms in
            switch shape.hiddenUnits {
            case .bernoulli: for j in terms.indices { terms[j] = softplus(x[j]) }
            case .spin: for j in terms.indices { terms[j] = logTwoCosh(x[j]) }
            case .gaussian: preconditionFailure("gaussian hidden units")
            }
        }
    }
}

/// Σ of terms that a plain loop writes first: a loop over a closure would not vectorize.
@inline(__always)
private func sumOfTerms(
    _ terms: inout [Float], count: Int, _ write: (inout MutableSpan<Float>) -> Void
) -> Double {
    if terms.count < count { terms = Array(repeating: 0, count: count) }
    var span = terms.mutableSpan
    span.withRange(0..<count) { write(&$0) }
    return laneSum(terms.span.extracting(0..<count))
}
