import RandomStreams

/// Where the chains of one group go next: a temperature, and the random numbers of a sweep there.
struct AnnealedTurn {
    let beta: Double
    /// The temperature to which a sweep finds its ratios; nil to find none.
    var other: Double?
    let draws: AnnealingDraws
    /// Names the random numbers of the sweep.
    let step: Int
}

/// Chains somewhere on the way from a base model without weights to an RBM: one block of
/// `AnnealedImportanceSampling`.
///
/// All chains of a group stand at one temperature. Groups share the products, whose tables are made once
/// for all of them.
struct AnnealedChains: ~Copyable {
    private let machine: any Machine
    private let arithmetic: Layer
    /// The global numbers of the chains of each group.
    private let groups: [Range<Int>]
    /// The rows of each group.
    private let rows: [Range<Int>]
    private let visibleLaw: any UnitLaw
    private let hiddenLaw: any UnitLaw
    private let base: TemperingBase
    private let baseBias: [Double]
    private let baseHiddenBias: [Double]
    /// The biases in U(h): none at any temperature, so that the fields alone move Gaussian units.
    private let noHiddenBias: [Double]
    private let ownBias: [Double]
    /// The RBM's visible biases, as the sweeps take them.
    private let visibleBias: [Float]

    /// Bytes of states, shape `[chains, visible]`.
    private(set) var visible: [UInt8]
    private var hidden: [UInt8]
    /// c + Wᵀv of the visible states, shape `[chains, hidden]`.
    private var hiddenFields: [Float]

    /// Makes room for chains that have no states yet.
    ///
    /// - Parameters:
    ///   - arithmetic: Loaded with the RBM's parameters.
    ///   - groups: The global numbers of the chains of each group.
    init(_ machine: any Machine, base: TemperingBase, arithmetic: Layer, groups: [Range<Int>]) {
        precondition(
            base.visibleBias.count == machine.visibleCount
                && base.hiddenBias.count == machine.hiddenCount,
            "\(base.visibleBias.count) and \(base.hiddenBias.count) biases for "
                + "\(machine.visibleCount) and \(machine.hiddenCount) units")
        self.machine = machine
        self.arithmetic = arithmetic
        self.groups = groups
        var rows: [Range<Int>] = []
        for group in groups {
            let first = rows.last?.upperBound ?? 0
            rows.append(first..<(first + group.count))
        }
        self.rows = rows
        let count = rows.last?.upperBound ?? 0
        self.base = base
        baseBias = base.visibleBias.map(Double.init)
        baseHiddenBias = base.hiddenBias.map(Double.init)
        noHiddenBias = Array(repeating: 0, count: machine.hiddenCount)
        let biases = machine.visibleBiases
        visibleBias = biases
        ownBias = biases.map(Double.init)
        visibleLaw = arithmetic.visibleLaw
        hiddenLaw = arithmetic.hiddenLaw
        visible = Array(repeating: 0, count: count * arithmetic.shape.visibleBytes)
        hidden = Array(repeating: 0, count: count * arithmetic.shape.hiddenBytes)
        hiddenFields = Array(repeating: 0, count: count * machine.hiddenCount)
    }

    private var allRows: Range<Int> { 0..<(rows.last?.upperBound ?? 0) }

    /// ln Z of the base model, whose units are independent.
    var baseLogPartition: Double {
        hiddenLaw.logPartition(fields: baseHiddenBias.span, bias: noHiddenBias.span)
            + visibleLaw.logPartition(fields: baseBias.span, bias: baseBias.span)
    }

    /// Draws the chains of a group from the base model.
    mutating func drawFromBase(_ draws: AnnealingDraws, group: Int = 0) {
        let count = groups[group].count
        guard count > 0 else { return }
        var means: [Float] = []
        for _ in 0..<count { means += base.visibleBias }
        arithmetic.activateVisible(&means, rows: 0..<count)
        arithmetic.drawVisible(
            from: means, rows: 0..<count, stream: draws.stream(.visible, step: 0),
            firstRow: groups[group].lowerBound, into: &visible, at: rows[group].lowerBound)
        arithmetic.upward(visible, rows: rows[group], into: &hiddenFields)
    }

    /// Starts the chains of a group from given visible states, in the encoding of `visible`.
    mutating func start(from states: [UInt8], group: Int = 0) {
        let (rows, bytes) = (rows[group], arithmetic.shape.visibleBytes)
        precondition(states.count == rows.count * bytes, "\(states.count) bytes for \(rows.count)")
        guard !rows.isEmpty else { return }
        visible.replaceSubrange(
            (rows.lowerBound * bytes)..<(rows.upperBound * bytes), with: states)
        arithmetic.upward(visible, rows: rows, into: &hiddenFields)
    }

    // MARK: Weights

    /// Computes ln p*_to(v) − ln p*_from(v) of each chain of a group with the weights as the products
    /// have them, shape `[chains]`.
    ///
    /// p*_β(v) is e^{−(1−β)U_a(v) − βU_b(v)} Σ_h e^{h·((1−β)d + β(c + Wᵀv))}, with the visible energies
    /// U_a of the base model and U_b of the RBM.
    func logRatios(from: Double, to: Double, group: Int = 0) -> [Double] {
        forEachChain(of: rows[group]) { chain, fields, scaled in
            (to - from) * chain.bend + hiddenSum(fields, to, &scaled)
                - hiddenSum(fields, from, &scaled)
        }
    }

    /// Computes −F(v) − ln p*_from(v) of each chain of a group with the machine's weights as they are, shape
    /// `[chains]`.
    func logRatiosToRBM(from: Double, group: Int = 0) -> [Double] {
        let rows = rows[group]
        guard !rows.isEmpty else { return [] }
        // With processes that divide the columns this is a collective, and not for several threads.
        let energies = machine.freeEnergies(ofVisible: values(of: rows))
        return forEachChain(of: rows) { chain, fields, scaled in
            -energies[chain.row - rows.lowerBound] + chain.ownEnergy + (1 - from) * chain.bend
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

    /// How many chains have their visible energies computed together.
    private static let chainsAtOnce = 8

    /// Computes a number for each chain of some rows, on several threads.
    ///
    /// - Parameter body: Receives the visible side, the hidden fields, and room for as many numbers.
    private func forEachChain(
        of rows: Range<Int>,
        _ body: (_ chain: VisibleSide, _ fields: Span<Float>, _ room: inout [Double]) -> Double
    ) -> [Double] {
        var results = [Double](repeating: 0, count: rows.count)
        results.withSharedSpan { results in
            inParallel(over: rows.count, atLeast: 4) { part in
                var room = [Double](repeating: 0, count: machine.hiddenCount)
                let (step, end) = (Self.chainsAtOnce, part.upperBound)
                for first in stride(from: part.lowerBound, to: end, by: step) {
                    let places = first..<min(first + step, end)
                    let sides = visibleSides(of: places.offset(by: rows.lowerBound))
                    for (place, chain) in zip(places, sides) {
                        let fields = hiddenFields.span.extracting(
                            rowRange(rows.lowerBound + place, of: machine.hiddenCount))
                        results.withRange(place..<(place + 1)) {
                            $0[0] = body(chain, fields, &room)
                        }
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

    /// Moves the chains of the first group on by one Gibbs sweep, which leaves p_β as it is, and which is
    /// its own reverse in equilibrium.
    mutating func sweep(beta: Double, _ draws: AnnealingDraws, step: Int) {
        _ = sweep([AnnealedTurn(beta: beta, draws: draws, step: step)])
    }

    /// Moves each group on by one Gibbs sweep of its turn, and computes ln p*_β(v) − ln p*_other(v) of each
    /// chain's state v before the sweep, shape `[chains]`; 0 for a turn without another temperature.
    ///
    /// The means of the hidden levels, which the sweep needs anyway, give the ratio without an
    /// exponential: see `UnitLaw.growthOfLogPartition`.
    mutating func sweep(_ turns: [AnnealedTurn]) -> [Double] {
        precondition(turns.count == groups.count, "\(turns.count) turns of \(groups.count) groups")
        var places: [Place] = []
        places.reserveCapacity(allRows.count)
        for (group, turn) in turns.enumerated() {
            let (hidden, visible) = (
                turn.draws.stream(.hidden, step: turn.step),
                turn.draws.stream(.visible, step: turn.step)
            )
            for chain in groups[group] {
                places.append(
                    Place(turn: turn, chain: chain, hidden: hidden, visible: visible))
            }
        }
        let ratios = drawHidden(places)
        let draws = places.map { place in
            MixedDraw(
                own: Float(place.turn.beta), rest: Float(1 - place.turn.beta),
                stream: place.visible, row: place.chain)
        }
        arithmetic.drawVisible(
            given: hidden, mixedWith: base.visibleBias, draws, into: &visible)
        arithmetic.upward(visible, rows: allRows, into: &hiddenFields)
        return ratios
    }

    /// What a row does in a sweep.
    private struct Place {
        let turn: AnnealedTurn
        /// The global number of the chain.
        let chain: Int
        let hidden: RandomStream
        let visible: RandomStream
    }

    /// Draws the hidden units of each row, and computes the ratio of its turn.
    private mutating func drawHidden(_ places: [Place]) -> [Double] {
        let (columns, bytes) = (machine.hiddenCount, arithmetic.shape.hiddenBytes)
        let (law, base) = (hiddenLaw, base.hiddenBias)
        var ratios = [Double](repeating: 0, count: places.count)
        // Swift cannot lend two parts of `self` at once while it changes.
        var states = hidden
        hidden = []
        ratios.withSharedSpan { ratios in
            states.withSharedSpan { states in
                inParallel(over: places.count, atLeast: 4) { rows in
                    var room = Room(columns)
                    var terms: [Float] = []
                    for row in rows {
                        let place = places[row]
                        let x = hiddenFields.span.extracting(rowRange(row, of: columns))
                        let d = base.span
                        let (own, rest) = (
                            Float(place.turn.beta), Float(1 - place.turn.beta)
                        )
                        var means = room.means.mutableSpan
                        for j in means.indices { means[j] = own * x[j] + rest * d[j] }
                        law.levels(fields: &means)
                        states.withRange(rowRange(row, of: bytes)) {
                            law.draw(
                                means.span, row: place.chain, from: place.hidden, one: 1,
                                into: &$0)
                        }
                        guard let other = place.turn.other else { continue }
                        let ratio = logRatio(
                            row, x, from: other, to: place.turn.beta, &room, &terms)
                        ratios.withRange(row..<(row + 1)) { $0[0] = ratio }
                    }
                }
            }
        }
        hidden = states
        return ratios
    }

    /// Room for the numbers of one row.
    private struct Room {
        var means: [Float]
        var changes: [Float]
        var levels: [Float] = []
        var scaled: [Double]

        init(_ columns: Int) {
            means = Array(repeating: 0, count: columns)
            changes = means
            scaled = Array(repeating: 0, count: columns)
        }
    }

    /// Computes ln p*_to(v) − ln p*_from(v) of a row.
    ///
    /// - Parameters:
    ///   - x: The hidden fields c + Wᵀv.
    ///   - room: Has the means of the hidden levels at the second temperature.
    private func logRatio(
        _ row: Int, _ x: Span<Float>, from: Double, to: Double, _ room: inout Room,
        _ terms: inout [Float]
    ) -> Double {
        let (d, step) = (base.hiddenBias.span, Float(from - to))
        var changes = room.changes.mutableSpan
        for j in changes.indices { changes[j] = step * (x[j] - d[j]) }
        let growth =
            hiddenLaw.growthOfLogPartition(
                levels: room.means.span, changes: room.changes.span, terms: &terms)
            ?? hiddenSum(x, from, &room.scaled) - hiddenSum(x, to, &room.scaled)
        readLevels(
            stored: arithmetic.shape.encoding, visible.span, row: row, count: machine.visibleCount,
            into: &room.levels)
        let bend = visibleLaw.energyDifference(
            ofLevels: room.levels.span, bias: base.visibleBias.span,
            other: visibleBias.span, terms: &terms)
        return (to - from) * bend - growth
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
