import RandomStreams

/// Chains on their way from a base model without weights to an RBM: one block of
/// `AnnealedImportanceSampling`.
struct AnnealedChains: ~Copyable {
    private let rbm: RBM
    private let baseBias: [Float]
    private let arithmetic: any LayerArithmetic
    private let chains: Range<Int>
    private let seed: UInt64
    private let layer: Int
    /// 1/2σ² of Gaussian visible units, shape `[visible]`; empty for other kinds.
    private let halfPrecisions: [Double]

    /// Bytes of states, shape `[chains, visible]`.
    private var visible: [UInt8]
    private var hidden: [UInt8]
    private var visibleFields: [Float]
    /// c + Wᵀv of the visible states, shape `[chains, hidden]`.
    private var hiddenFields: [Float]

    /// Draws chains from the base model.
    ///
    /// - Parameters:
    ///   - baseBias: Shape `[visible]`.
    ///   - arithmetic: Loaded with the RBM's parameters.
    ///   - chains: Global numbers.
    init(
        _ rbm: RBM, baseBias: [Float], arithmetic: any LayerArithmetic, chains: Range<Int>,
        seed: UInt64, layer: Int
    ) {
        precondition(
            baseBias.count == rbm.visibleCount,
            "\(baseBias.count) biases for \(rbm.visibleCount) units")
        self.rbm = rbm
        self.baseBias = baseBias
        self.arithmetic = arithmetic
        self.chains = chains
        self.seed = seed
        self.layer = layer
        halfPrecisions =
            rbm.visibleUnits == .gaussian ? rbm.visibleVariances.map { 0.5 / $0 } : []
        visible = Array(repeating: 0, count: chains.count * arithmetic.shape.visibleBytes)
        hidden = Array(repeating: 0, count: chains.count * rbm.hiddenCount)
        visibleFields = Array(repeating: 0, count: chains.count * rbm.visibleCount)
        hiddenFields = Array(repeating: 0, count: hidden.count)
        drawVisible(beta: 0, step: 0)
    }

    /// ln Z of the base model, whose hidden units are free.
    var baseLogPartition: Double {
        let hidden = Double(rbm.hiddenCount) * rbm.hiddenUnits.logPartition(field: 0)
        guard rbm.visibleUnits != .gaussian else {
            return rbm.visibleVariances.reduce(hidden) { $0 + logNormalization(variance: $1) }
        }
        return baseBias.reduce(hidden) {
            $0 + rbm.visibleUnits.logPartition(field: Double($1))
        }
    }

    /// ln p*_β(v) of each chain with the weights as the products have them, shape `[chains]`.
    func logWeights(beta: Double) -> [Double] {
        let bias = zip(baseBias, rbm.parameters.visibleBias).map {
            (1 - beta) * Double($0) + beta * Double($1)
        }
        var scaled = [Double](repeating: 0, count: rbm.hiddenCount)
        return (0..<chains.count).map { row in
            let x = hiddenFields.span.extracting(rowRange(row, of: rbm.hiddenCount))
            var span = scaled.mutableSpan
            for j in span.indices { span[j] = beta * Double(x[j]) }
            return visibleTerm(bias.span, beta: beta, row)
                + rbm.hiddenUnits.sumOfLogPartitions(fields: scaled.span)
        }
    }

    /// −F(v) of each chain with the RBM's weights as they are, shape `[chains]`.
    var logWeightsOfRBM: [Double] {
        (0..<chains.count).map { row in
            let range = rowRange(row, of: rbm.visibleCount)
            guard rbm.visibleUnits != .gaussian else {
                return -rbm.freeEnergy(ofVisible: reals(range).map { Double($0) })
            }
            return -rbm.freeEnergy(
                ofVisible: visible[range].map { rbm.visibleUnits.value(Double($0)) })
        }
    }

    /// Moves every chain on by one Gibbs sweep, which leaves p_β as it is.
    mutating func sweep(beta: Double, step: Int) {
        let rows = 0..<chains.count
        var fields = hiddenFields.mutableSpan
        for i in fields.indices { fields[i] *= Float(beta) }
        activate(rbm.hiddenUnits, units: rbm.hiddenCount, rows: rows, &hiddenFields)
        sample(
            hiddenFields, rows: rows, units: rbm.hiddenCount, one: 1,
            stream: RandomStream(seed: seed, .annealing, layer: layer, step: step, sweep: 0),
            firstRow: chains.lowerBound, into: &hidden, at: 0)
        arithmetic.downward(hidden, levels: .bits, rows: rows, into: &visibleFields)
        drawVisible(beta: beta, step: step)
    }

    /// Draws the visible units in β times their fields and 1 − β times those of the base model, and
    /// computes the fields of the hidden ones.
    private mutating func drawVisible(beta: Double, step: Int) {
        let rows = 0..<chains.count
        let base = baseBias.map { Float(1 - beta) * $0 }
        var fields = visibleFields.mutableSpan
        for row in rows {
            fields.withRow(row, of: base.count) { fields in
                for i in fields.indices { fields[i] = Float(beta) * fields[i] + base[i] }
            }
        }
        activate(rbm.visibleUnits, units: rbm.visibleCount, rows: rows, &visibleFields)
        arithmetic.drawVisible(
            from: visibleFields, rows: rows,
            stream: RandomStream(seed: seed, .annealing, layer: layer, step: step, sweep: 1),
            firstRow: chains.lowerBound, into: &visible, at: 0)
        arithmetic.upward(visible, rows: rows, into: &hiddenFields)
    }

    /// What one row's visible units contribute to ln p*_β by themselves, in the biases
    /// m = (1 − β)a + βb: m·v, or of Gaussian units −Σ ((1 − β)(v − a)² + β(v − b)²)/2σ².
    private func visibleTerm(_ bias: Span<Double>, beta: Double, _ row: Int) -> Double {
        let range = rowRange(row, of: rbm.visibleCount)
        guard rbm.visibleUnits != .gaussian else {
            return -squares(of: reals(range), around: bias, beta: beta)
        }
        let bytes = visible.span.extracting(range)
        let (factor, offset) = rbm.visibleUnits == .spin ? (2.0, -1.0) : (1, 0)
        var sum = 0.0
        for i in bytes.indices { sum += bias[i] * (factor * Double(bytes[i]) + offset) }
        return sum
    }

    /// Σ ((v − m)² + β(1 − β)(a − b)²)/2σ²: two squares about a and b, as one about m between them.
    private func squares(of values: [Float], around means: Span<Double>, beta: Double) -> Double {
        let bias = rbm.parameters.visibleBias
        var sum = 0.0
        for i in values.indices {
            let difference = Double(values[i]) - means[i]
            let shift = Double(baseBias[i]) - Double(bias[i])
            sum +=
                halfPrecisions[i]
                * (difference * difference + beta * (1 - beta) * shift * shift)
        }
        return sum
    }

    /// The real values of Gaussian visible units.
    private func reals(_ range: Range<Int>) -> [Float] {
        var values: [Float] = []
        readReals(visible, range, into: &values)
        return values
    }
}
