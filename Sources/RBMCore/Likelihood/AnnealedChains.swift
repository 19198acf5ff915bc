import RandomStreams

/// Chains somewhere on the way from a base model without weights to an RBM: one block of
/// `AnnealedImportanceSampling`.
struct AnnealedChains: ~Copyable {
    private let machine: any Machine
    private let arithmetic: Layer
    private let chains: Range<Int>
    private let visibleLaw: any UnitLaw
    private let hiddenLaw: any UnitLaw
    private let base: TemperingBase
    private let baseBias: [Double]
    private let baseHiddenBias: [Double]
    /// The biases in U(h): none at any temperature, so that the fields alone move Gaussian units.
    private let noHiddenBias: [Double]
    private let ownBias: [Double]

    /// Bytes of states, shape `[chains, visible]`.
    private(set) var visible: [UInt8]
    private var hidden: [UInt8]
    private var visibleFields: [Float]
    /// c + Wᵀv of the visible states, shape `[chains, hidden]`.
    private var hiddenFields: [Float]
    /// Room for as many numbers.
    private var hiddenMeans: [Float]

    /// Makes room for chains that have no states yet.
    ///
    /// - Parameters:
    ///   - arithmetic: Loaded with the RBM's parameters.
    ///   - chains: Global numbers.
    init(_ machine: any Machine, base: TemperingBase, arithmetic: Layer, chains: Range<Int>) {
        precondition(
            base.visibleBias.count == machine.visibleCount
                && base.hiddenBias.count == machine.hiddenCount,
            "\(base.visibleBias.count) and \(base.hiddenBias.count) biases for "
                + "\(machine.visibleCount) and \(machine.hiddenCount) units")
        self.machine = machine
        self.arithmetic = arithmetic
        self.chains = chains
        self.base = base
        baseBias = base.visibleBias.map(Double.init)
        baseHiddenBias = base.hiddenBias.map(Double.init)
        noHiddenBias = Array(repeating: 0, count: machine.hiddenCount)
        ownBias = machine.visibleBiases.map(Double.init)
        visibleLaw = arithmetic.visibleLaw
        hiddenLaw = arithmetic.hiddenLaw
        visible = Array(repeating: 0, count: chains.count * arithmetic.shape.visibleBytes)
        hidden = Array(repeating: 0, count: chains.count * arithmetic.shape.hiddenBytes)
        visibleFields = Array(repeating: 0, count: chains.count * machine.visibleCount)
        hiddenFields = Array(repeating: 0, count: chains.count * machine.hiddenCount)
        hiddenMeans = hiddenFields
    }

    /// ln Z of the base model, whose units are independent.
    var baseLogPartition: Double {
        hiddenLaw.logPartition(fields: baseHiddenBias.span, bias: noHiddenBias.span)
            + visibleLaw.logPartition(fields: baseBias.span, bias: baseBias.span)
    }

    /// Draws chains from the base model.
    mutating func drawFromBase(_ draws: AnnealingDraws) { drawVisible(beta: 0, draws, step: 0) }

    /// Starts the chains from given visible states, in the encoding of `visible`.
    mutating func start(from states: [UInt8]) {
        precondition(states.count == visible.count, "\(states.count) bytes for \(visible.count)")
        visible = states
        arithmetic.upward(visible, rows: 0..<chains.count, into: &hiddenFields)
    }

    // MARK: Weights

    /// Computes ln p*_to(v) − ln p*_from(v) of each chain with the weights as the products have
    /// them, shape `[chains]`.
    ///
    /// p*_β(v) is e^{−(1−β)U_a(v) − βU_b(v)} Σ_h e^{h·((1−β)d + β(c + Wᵀv))}, with the visible energies
    /// U_a of the base model and U_b of the RBM.
    func logRatios(from: Double, to: Double) -> [Double] {
        forEachChain { chain, fields, scaled in
            (to - from) * chain.bend + hiddenSum(fields, to, &scaled)
                - hiddenSum(fields, from, &scaled)
        }
    }

    /// Computes −F(v) − ln p*_from(v) of each chain with the machine's weights as they are, shape
    /// `[chains]`.
    func logRatiosToRBM(from: Double) -> [Double] {
        // With processes that divide the columns this is a collective, and not for several threads.
        let energies = machine.freeEnergies(ofVisible: values(of: 0..<chains.count))
        return forEachChain { chain, fields, scaled in
            -energies[chain.row] + chain.ownEnergy + (1 - from) * chain.bend
                - hiddenSum(fields, from, &scaled)
        }
    }

    /// ln Σ_h e^{h·((1−β)d + βx)}.
    private func hiddenSum(
        _ fields: Span<Float>, _ beta: Double, _ scaled: inout [Double]
    ) -> Double {
        var span = scaled.mutableSpan
        let base = baseHiddenBias.span
        for j in span.indices { span[j] = (1 - beta) * base[j] + beta * Double(fields[j]) }
        return hiddenLaw.logPartition(fields: scaled.span, bias: noHiddenBias.span)
    }

    /// The visible side of a chain.
    private struct VisibleSide {
        let row: Int
        /// U_a(v), of the base model.
        let baseEnergy: Double
        /// U_b(v), of the RBM.
        let ownEnergy: Double

        var bend: Double { baseEnergy - ownEnergy }
    }

    /// Chains whose visible energies are computed together.
    private static let group = 8

    /// Computes a number for each chain, on several threads.
    ///
    /// - Parameter body: Receives the visible side, the hidden fields, and room for as many numbers.
    private func forEachChain(
        _ body: (_ chain: VisibleSide, _ fields: Span<Float>, _ room: inout [Double]) -> Double
    ) -> [Double] {
        var results = [Double](repeating: 0, count: chains.count)
        results.withSharedSpan { results in
            inParallel(over: chains.count, atLeast: 4) { rows in
                var room = [Double](repeating: 0, count: machine.hiddenCount)
                for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.group) {
                    let group = first..<min(first + Self.group, rows.upperBound)
                    for (row, chain) in zip(group, visibleSides(of: group)) {
                        let fields = hiddenFields.span.extracting(
                            rowRange(row, of: machine.hiddenCount))
                        results.withRange(row..<(row + 1)) { $0[0] = body(chain, fields, &room) }
                    }
                }
            }
        }
        return results
    }

    /// The values of the visible units of some chains, shape `[rows, visible]`.
    private func values(of rows: Range<Int>) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(rows.count * machine.visibleCount)
        var row = [Double](repeating: 0, count: machine.visibleCount)
        for chain in rows {
            readValues(
                of: machine.visibleUnits, stored: arithmetic.shape.encoding, visible.span,
                row: chain, into: &row)
            values += row
        }
        return values
    }

    private func visibleSides(of rows: Range<Int>) -> [VisibleSide] {
        let values = values(of: rows)
        let base = visibleLaw.energies(ofRows: values.span, bias: baseBias.span)
        let own = visibleLaw.energies(ofRows: values.span, bias: ownBias.span)
        return rows.map {
            VisibleSide(
                row: $0, baseEnergy: base[$0 - rows.lowerBound],
                ownEnergy: own[$0 - rows.lowerBound])
        }
    }

    // MARK: Sweeps

    /// Moves every chain on by one Gibbs sweep, which leaves p_β as it is, and which is its own
    /// reverse in equilibrium.
    mutating func sweep(beta: Double, _ draws: AnnealingDraws, step: Int) {
        let rows = 0..<chains.count
        mix(&hiddenFields, of: base.hiddenBias, beta: beta)
        arithmetic.activateHidden(&hiddenFields, rows: rows)
        drawHiddenAndVisible(beta: beta, draws, step: step)
    }

    /// Does the same, and computes ln p*_β(v) − ln p*_other(v) of each chain's state v before the sweep,
    /// shape `[chains]`.
    ///
    /// The means of the hidden levels, which the sweep needs anyway, give the ratio without an
    /// exponential: see `UnitLaw.growthOfLogPartition`.
    mutating func sweep(
        beta: Double, ratioTo other: Double, _ draws: AnnealingDraws, step: Int
    ) -> [Double] {
        let growths = activateHidden(beta: beta, other: other)
        let ratios = zip(bends(), growths).map { (beta - other) * $0 - $1 }
        drawHiddenAndVisible(beta: beta, draws, step: step)
        return ratios
    }

    /// Turns the hidden fields into the means of levels at β, and computes by how much ln Σ over the
    /// hidden states grows from β to the other temperature, for each chain.
    private mutating func activateHidden(beta: Double, other: Double) -> [Double] {
        let columns = machine.hiddenCount
        let (law, base, step) = (hiddenLaw, base.hiddenBias, Float(other - beta))
        let (own, rest) = (Float(beta), Float(1 - beta))
        var growths = [Double](repeating: 0, count: chains.count)
        var means = hiddenMeans
        hiddenMeans = []
        let fields = hiddenFields
        growths.withSharedSpan { growths in
            means.withSharedSpan { means in
                inParallel(over: chains.count, atLeast: 4) { rows in
                    var changes = [Float](repeating: 0, count: columns)
                    var terms: [Float] = []
                    var room = [Double](repeating: 0, count: columns)
                    for row in rows {
                        let x = fields.span.extracting(rowRange(row, of: columns))
                        let d = base.span
                        var span = changes.mutableSpan
                        for j in span.indices { span[j] = step * (x[j] - d[j]) }
                        means.withRange(rowRange(row, of: columns)) { means in
                            for j in means.indices { means[j] = own * x[j] + rest * d[j] }
                            law.levels(fields: &means)
                            let growth =
                                law.growthOfLogPartition(
                                    levels: means.span, changes: changes.span, terms: &terms)
                                ?? hiddenSum(x, other, &room) - hiddenSum(x, beta, &room)
                            growths.withRange(row..<(row + 1)) { $0[0] = growth }
                        }
                    }
                }
            }
        }
        hiddenMeans = means
        swap(&hiddenMeans, &hiddenFields)
        return growths
    }

    /// U_a(v) − U_b(v) of each chain.
    private func bends() -> [Double] {
        var results = [Double](repeating: 0, count: chains.count)
        let (visible, ownBias) = (visible, machine.visibleBiases)
        results.withSharedSpan { results in
            inParallel(over: chains.count, atLeast: 4) { rows in
                var (levels, terms): ([Float], [Float]) = ([], [])
                for row in rows {
                    readLevels(
                        stored: arithmetic.shape.encoding, visible.span, row: row,
                        count: machine.visibleCount, into: &levels)
                    let values = levels.span.extracting(0..<machine.visibleCount)
                    let bend =
                        visibleLaw.energy(
                            ofLevels: values, bias: base.visibleBias.span, terms: &terms)
                        - visibleLaw.energy(ofLevels: values, bias: ownBias.span, terms: &terms)
                    results.withRange(row..<(row + 1)) { $0[0] = bend }
                }
            }
        }
        return results
    }

    /// Draws the hidden units from the means in `hiddenFields`, then the visible ones given these.
    private mutating func drawHiddenAndVisible(
        beta: Double, _ draws: AnnealingDraws, step: Int
    ) {
        let rows = 0..<chains.count
        arithmetic.drawHidden(
            from: hiddenFields, rows: rows, stream: draws.stream(.hidden, step: step),
            firstRow: chains.lowerBound, into: &hidden, at: 0)
        arithmetic.downward(
            hidden, encoding: arithmetic.shape.hiddenEncoding, rows: rows, into: &visibleFields)
        drawVisible(beta: beta, draws, step: step)
    }

    /// Draws the visible units in fields mixed from β times their own and 1 − β times those of the
    /// base model.
    ///
    /// Then it computes the fields of the hidden units.
    private mutating func drawVisible(beta: Double, _ draws: AnnealingDraws, step: Int) {
        let rows = 0..<chains.count
        mix(&visibleFields, of: base.visibleBias, beta: beta)
        arithmetic.activateVisible(&visibleFields, rows: rows)
        arithmetic.drawVisible(
            from: visibleFields, rows: rows, stream: draws.stream(.visible, step: step),
            firstRow: chains.lowerBound, into: &visible, at: 0)
        arithmetic.upward(visible, rows: rows, into: &hiddenFields)
    }
}

/// Mixes fields with those of a base model: βx + (1 − β)·base, in place.
///
/// - Parameters:
///   - fields: Shape `[…, base.count]`.
private func mix(_ fields: inout [Float], of base: [Float], beta: Double) {
    let (own, other) = (Float(beta), Float(1 - beta))
    let columns = base.count
    let base = base.span
    let rows = 0..<(fields.count / columns)
    var span = fields.mutableSpan
    span.inBlocks(of: rows, columns: columns) { block, fields in
        for row in 0..<block.count {
            fields.withRow(row, of: columns) { x in
                for i in x.indices { x[i] = own * x[i] + other * base[i] }
            }
        }
    }
}

extension Array where Element: BitwiseCopyable {
    /// Lends the elements to a body that writes them on several threads at once.
    fileprivate mutating func withSharedSpan(_ body: (SharedElements<Element>) -> Void) {
        var span = mutableSpan
        span.shared(body)
    }
}

/// The random numbers of one run of annealed chains.
struct AnnealingDraws {
    let seed: UInt64
    let layer: Int
    let run: Purpose.Annealing

    func stream(_ side: Purpose.Side, step: Int) -> RandomStream {
        RandomStream(seed: seed, .annealing(run, side, layer: layer, temperature: step))
    }
}
