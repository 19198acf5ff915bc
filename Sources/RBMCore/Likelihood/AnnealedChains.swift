import RandomStreams

/// Chains on their way from a base model without weights to an RBM: one block of
/// `AnnealedImportanceSampling`.
struct AnnealedChains: ~Copyable {
    private let rbm: RBM
    private let baseBias: [Float]
    private let arithmetic: Layer
    private let chains: Range<Int>
    private let seed: UInt64
    private let layer: Int
    private let visibleLaw: any UnitLaw
    private let hiddenLaw: any UnitLaw

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
        _ rbm: RBM, baseBias: [Float], arithmetic: Layer, chains: Range<Int>,
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
        visibleLaw = arithmetic.visibleLaw
        hiddenLaw = arithmetic.hiddenLaw
        visible = Array(repeating: 0, count: chains.count * arithmetic.shape.visibleBytes)
        hidden = Array(repeating: 0, count: chains.count * rbm.hiddenCount)
        visibleFields = Array(repeating: 0, count: chains.count * rbm.visibleCount)
        hiddenFields = Array(repeating: 0, count: hidden.count)
        drawVisible(beta: 0, step: 0)
    }

    /// ln Z of the base model.
    ///
    /// Without weights its hidden units are independent, and contribute the sum over their states.
    var baseLogPartition: Double {
        let bias = baseBias.map(Double.init)
        let zero = [Double](repeating: 0, count: rbm.hiddenCount)
        return hiddenLaw.logPartition(fields: zero.span, bias: zero.span)
            + visibleLaw.logPartition(fields: bias.span, bias: bias.span)
    }

    /// ln p*_β(v) of each chain with the weights as the products have them, shape `[chains]`.
    func logWeights(beta: Double) -> [Double] {
        let own = rbm.parameters.visibleBias.map(Double.init)
        let base = baseBias.map(Double.init)
        let bias = zip(base, own).map { (1 - beta) * $0 + beta * $1 }
        // (1 − β)U_a + βU_b is the energy U_m with the mixed biases m, plus a constant.
        let zero = [Double](repeating: 0, count: rbm.visibleCount)
        let constant =
            (1 - beta) * visibleLaw.energy(of: zero.span, bias: base.span)
            + beta * visibleLaw.energy(of: zero.span, bias: own.span)
            - visibleLaw.energy(of: zero.span, bias: bias.span)
        var scaled = [Double](repeating: 0, count: rbm.hiddenCount)
        var values = zero
        return (0..<chains.count).map { row in
            let x = hiddenFields.span.extracting(rowRange(row, of: rbm.hiddenCount))
            var span = scaled.mutableSpan
            for j in span.indices { span[j] = beta * Double(x[j]) }
            read(row, into: &values)
            return hiddenLaw.logPartition(fields: scaled.span, bias: scaled.span)
                - visibleLaw.energy(of: values.span, bias: bias.span) - constant
        }
    }

    /// −F(v) of each chain with the RBM's weights as they are, shape `[chains]`.
    var logWeightsOfRBM: [Double] {
        var values = [Double](repeating: 0, count: rbm.visibleCount)
        return (0..<chains.count).map { row in
            read(row, into: &values)
            return -rbm.freeEnergy(ofVisible: values)
        }
    }

    /// Takes the values of one row of visible units out of their states.
    private func read(_ row: Int, into values: inout [Double]) {
        readValues(
            of: rbm.visibleUnits, stored: arithmetic.shape.encoding, visible.span, row: row,
            into: &values)
    }

    /// Moves every chain on by one Gibbs sweep, which leaves p_β as it is.
    mutating func sweep(beta: Double, step: Int) {
        let rows = 0..<chains.count
        var fields = hiddenFields.mutableSpan
        for i in fields.indices { fields[i] *= Float(beta) }
        arithmetic.activateHidden(&hiddenFields, rows: rows)
        arithmetic.drawHidden(
            from: hiddenFields, rows: rows,
            stream: RandomStream(seed: seed, .annealing(.hidden, layer: layer, temperature: step)),
            firstRow: chains.lowerBound, into: &hidden, at: 0)
        arithmetic.downward(hidden, encoding: .bits, rows: rows, into: &visibleFields)
        drawVisible(beta: beta, step: step)
    }

    /// Draws the visible units in fields mixed from β times their own and 1 − β times those of the
    /// base model.
    ///
    /// Then it computes the fields of the hidden units.
    private mutating func drawVisible(beta: Double, step: Int) {
        let rows = 0..<chains.count
        let base = baseBias.map { Float(1 - beta) * $0 }
        var fields = visibleFields.mutableSpan
        for row in rows {
            fields.withRow(row, of: base.count) { fields in
                for i in fields.indices { fields[i] = Float(beta) * fields[i] + base[i] }
            }
        }
        arithmetic.activateVisible(&visibleFields, rows: rows)
        arithmetic.drawVisible(
            from: visibleFields, rows: rows,
            stream: RandomStream(seed: seed, .annealing(.visible, layer: layer, temperature: step)),
            firstRow: chains.lowerBound, into: &visible, at: 0)
        arithmetic.upward(visible, rows: rows, into: &hiddenFields)
    }
}
