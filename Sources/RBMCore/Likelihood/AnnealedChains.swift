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

    /// Bytes 0 or 1, shape `[chains, visible]`.
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
        visible = Array(repeating: 0, count: chains.count * rbm.visibleCount)
        hidden = Array(repeating: 0, count: chains.count * rbm.hiddenCount)
        visibleFields = Array(repeating: 0, count: visible.count)
        hiddenFields = Array(repeating: 0, count: hidden.count)
        drawVisible(beta: 0, step: 0)
    }

    /// ln Z of the base model, whose hidden units are free.
    var baseLogPartition: Double {
        baseBias.reduce(Double(rbm.hiddenCount) * rbm.hiddenUnits.logPartition(field: 0)) {
            $0 + rbm.visibleUnits.logPartition(field: Double($1))
        }
    }

    /// ln p*_β(v) of each chain with the rounded weights of the products, shape `[chains]`.
    func logWeights(beta: Double) -> [Double] {
        let bias = zip(baseBias, rbm.parameters.visibleBias).map {
            (1 - beta) * Double($0) + beta * Double($1)
        }
        var scaled = [Double](repeating: 0, count: rbm.hiddenCount)
        return (0..<chains.count).map { row in
            let x = hiddenFields.span.extracting(rowRange(row, of: rbm.hiddenCount))
            var span = scaled.mutableSpan
            for j in span.indices { span[j] = beta * Double(x[j]) }
            return biasTerm(bias.span, row)
                + rbm.hiddenUnits.sumOfLogPartitions(fields: scaled.span)
        }
    }

    /// −F(v) of each chain with the RBM's weights as they are, shape `[chains]`.
    var logWeightsOfRBM: [Double] {
        (0..<chains.count).map { row in
            let bytes = visible[rowRange(row, of: rbm.visibleCount)]
            return -rbm.freeEnergy(ofVisible: bytes.map { rbm.visibleUnits.value(Double($0)) })
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
        sample(
            visibleFields, rows: rows, units: rbm.visibleCount, one: 1,
            stream: RandomStream(seed: seed, .annealing, layer: layer, step: step, sweep: 1),
            firstRow: chains.lowerBound, into: &visible, at: 0)
        arithmetic.upward(visible, rows: rows, into: &hiddenFields)
    }

    /// bias·v of one row.
    private func biasTerm(_ bias: Span<Double>, _ row: Int) -> Double {
        let bytes = visible.span.extracting(rowRange(row, of: rbm.visibleCount))
        var sum = 0.0
        switch rbm.visibleUnits {
        case .gaussian: preconditionFailure("gaussian units are not annealed")
        case .bernoulli: for i in bytes.indices { sum += bias[i] * Double(bytes[i]) }
        case .spin: for i in bytes.indices { sum += bias[i] * (2 * Double(bytes[i]) - 1) }
        }
        return sum
    }
}
