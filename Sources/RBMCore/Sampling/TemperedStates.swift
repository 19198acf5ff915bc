import RandomStreams

/// Visible states at each level of a ladder, in lanes that know nothing of one another, and what moves
/// them: Gibbs sweeps at every level, and swaps between neighbours.
///
/// The levels lie on a `TemperingPath`. The weights are those of the products at every level, for only
/// fields are multiplied by β.
///
/// A row is a state: level after level of one lane, then the next lane. The number of a row among those
/// of all lanes names its random numbers.
struct TemperedStates: Sendable {
    private(set) var path: TemperingPath

    /// The global numbers of the lanes.
    let lanes: Range<Int>

    let spec: LayerSpec

    /// Bytes of states, shape `[lanes, levels, visibleBytes]`.
    private(set) var visible: [UInt8]
    /// c + Wᵀv of the visible states, shape `[lanes, levels, hidden]`.
    private(set) var hiddenFields: [Float]
    /// Hidden states as they are drawn, shape `[lanes, levels, hiddenBytes]`.
    private(set) var hidden: [UInt8]
    private var visibleFields: [Float]
    /// The held units as `Clamp` has them, shape `[lanes, levels, visibleBytes]`; empty if none are held.
    private var clamp: [UInt8] = []
    /// ln p*_γ(v) − ln p*_β(v) of a state at β for the level γ above and for the one below, shape
    /// `[lanes, levels, 2]`; 0 beyond the ends.
    private(set) var ratios: [Double]
    /// Which states have been at the bottom since they were last at the top, shape `[lanes, levels]`.
    private(set) var haveBeenBelow: [Bool]
    /// Round trips of each lane since the start, as `SwapTally` counts them, shape `[lanes]`.
    private(set) var roundTrips: [Int]
    private(set) var tally: SwapTally

    /// Makes room for states; `drawFromBase`, `start` or `restore` must follow.
    init(_ spec: LayerSpec, path: TemperingPath, lanes: Range<Int>) {
        let levels = path.ladder.levels
        precondition(
            path.base.visibleBias.count == spec.visible
                && path.base.hiddenBias.count == spec.hiddenSlice.total,
            "\(path.base.visibleBias.count) and \(path.base.hiddenBias.count) biases for "
                + "\(spec.visible) and \(spec.hiddenSlice.total) units")
        precondition(
            lanes.upperBound * levels < 1 << 32, "\(lanes.upperBound) lanes of \(levels) levels")
        self.spec = spec
        self.path = path
        self.lanes = lanes
        let rows = lanes.count * levels
        visible = Array(repeating: 0, count: rows * spec.visibleBytes)
        hidden = Array(repeating: 0, count: rows * spec.hiddenBytes)
        visibleFields = Array(repeating: 0, count: rows * spec.visible)
        hiddenFields = Array(repeating: 0, count: rows * spec.hidden)
        ratios = Array(repeating: 0, count: rows * 2)
        haveBeenBelow = Array(repeating: false, count: rows)
        roundTrips = Array(repeating: 0, count: lanes.count)
        tally = SwapTally(pairs: path.ladder.pairs)
    }

    var levels: Int { path.ladder.levels }
    private var pairs: Int { path.ladder.pairs }
    private var rows: Range<Int> { 0..<(lanes.count * levels) }
    private var firstRow: Int { lanes.lowerBound * levels }

    // MARK: States

    /// Draws all states from the base model.
    mutating func drawFromBase(_ layer: Layer, _ stream: RandomStream) {
        let base = path.base.visibleBias
        for i in visibleFields.indices { visibleFields[i] = base[i % base.count] }
        drawFromFields(layer, stream)
    }

    /// Puts a state into every level of a lane.
    ///
    /// - Parameter states: Shape `[lanes, visibleBytes]`.
    mutating func start(_ layer: Layer, from states: [UInt8]) {
        let bytes = spec.visibleBytes
        precondition(
            states.count == lanes.count * bytes, "\(states.count) bytes for \(lanes.count) lanes")
        for row in rows {
            visible.replaceSubrange(
                rowRange(row, of: bytes), with: states[rowRange(row / levels, of: bytes)])
        }
        layer.upward(visible, rows: rows, into: &hiddenFields)
    }

    /// Holds visible units at given states, at every level of a lane, now and after every sweep.
    ///
    /// - Parameter states: Bytes as `Clamp` has them, shape `[lanes, visibleBytes]`.
    mutating func hold(_ layer: Layer, _ states: [UInt8]) {
        let bytes = spec.visibleBytes
        precondition(
            states.count == lanes.count * bytes, "\(states.count) bytes for \(lanes.count) lanes")
        clamp = rows.flatMap { states[rowRange($0 / levels, of: bytes)] }
        Clamp.hold(clamp, spec.visibleUnits, &visible, &visibleFields)
        findFields(layer)
    }

    /// Takes over the states of all rows.
    mutating func restore(_ states: [UInt8], haveBeenBelow: [Bool]) {
        precondition(
            states.count == visible.count && haveBeenBelow.count == rows.count,
            "\(states.count) bytes for \(rows.count) states")
        visible = states
        self.haveBeenBelow = haveBeenBelow
    }

    /// Takes over hidden states of all rows, from which visible ones are drawn next.
    ///
    /// - Parameter hidden: Shape `[lanes, levels, hiddenBytes]`.
    mutating func restore(hidden: [UInt8], haveBeenBelow: [Bool], roundTrips: [Int]) {
        precondition(
            hidden.count == self.hidden.count && haveBeenBelow.count == rows.count
                && roundTrips.count == lanes.count,
            "\(hidden.count) bytes for \(rows.count) states")
        self.hidden = hidden
        self.haveBeenBelow = haveBeenBelow
        self.roundTrips = roundTrips
    }

    /// Goes on with another path: each of its levels takes over the state of the nearest old level at
    /// its β or below.
    ///
    /// The fields of the hidden units have to be computed again before they are used.
    mutating func change(to path: TemperingPath) {
        precondition(clamp.isEmpty, "another path for chains with held units")
        guard path.ladder.levels != levels else {
            self.path = path
            return
        }
        let old = self
        self = TemperedStates(spec, path: path, lanes: lanes)
        roundTrips = old.roundTrips
        for (level, beta) in path.ladder.betas.enumerated() {
            let source = old.path.ladder.betas.lastIndex { $0 <= beta } ?? 0
            for lane in 0..<lanes.count {
                let (from, to) = (lane * old.levels + source, lane * levels + level)
                func copy<Element>(_ values: [Element], _ result: inout [Element], _ columns: Int) {
                    result.replaceSubrange(
                        rowRange(to, of: columns), with: values[rowRange(from, of: columns)])
                }
                copy(old.visible, &visible, spec.visibleBytes)
                copy(old.hidden, &hidden, spec.hiddenBytes)
                copy(old.haveBeenBelow, &haveBeenBelow, 1)
            }
        }
    }

    /// The states of one level, shape `[lanes, visibleBytes]`.
    func states(ofLevel level: Int) -> [UInt8] {
        let bytes = spec.visibleBytes
        var result: [UInt8] = []
        result.reserveCapacity(lanes.count * bytes)
        for lane in 0..<lanes.count {
            result += visible[rowRange(lane * levels + level, of: bytes)]
        }
        return result
    }

    /// Begins a new tally.
    mutating func clearTally() { tally = SwapTally(pairs: pairs) }

    // MARK: Sweeps

    /// Computes the fields of the hidden units for the layer's present parameters.
    mutating func findFields(_ layer: Layer) {
        layer.upward(visible, rows: rows, into: &hiddenFields)
    }

    /// Draws the hidden units of every state in its fields, which are then used up.
    mutating func drawHidden(_ layer: Layer, _ stream: RandomStream) {
        let base = spec.hiddenSlice.cut(path.base.hiddenBias[...])
        mix(&hiddenFields, with: base, path.ladder.betas)
        layer.activateHidden(&hiddenFields, rows: rows)
        layer.drawHidden(
            from: hiddenFields, rows: rows, stream: stream, firstRow: firstRow, into: &hidden,
            at: 0)
    }

    /// Draws the visible units of every state given its hidden ones, and computes the fields of these.
    ///
    /// Both draws together are a Gibbs sweep, which leaves p_β as it is.
    mutating func drawVisible(_ layer: Layer, _ stream: RandomStream) {
        layer.downward(hidden, encoding: spec.hiddenEncoding, rows: rows, into: &visibleFields)
        mix(&visibleFields, with: path.base.visibleBias, path.ladder.betas)
        drawFromFields(layer, stream)
    }

    private mutating func drawFromFields(_ layer: Layer, _ stream: RandomStream) {
        layer.activateVisible(&visibleFields, rows: rows)
        layer.drawVisible(
            from: visibleFields, rows: rows, stream: stream, firstRow: firstRow, into: &visible,
            at: 0)
        Clamp.hold(clamp, spec.visibleUnits, &visible, &visibleFields)
        findFields(layer)
    }

    // MARK: Swaps

    /// Computes `ratios`, and adds the probabilities of all swaps to the tally.
    ///
    /// Where processes divide the hidden units, each computes the ratios of a share of the rows from the
    /// fields of all units: a sum of floats over a row has the bits of one process then.
    ///
    /// - Parameter bias: The biases b of the visible units, shape `[visible]`.
    mutating func findRatios(_ layer: Layer, bias: [Float]) {
        if let group = layer.group, !layer.hasAllColumns {
            let count = group.slices.count
            let shares = (0...count).map { rows.count * $0 / count }
            let own = shares[group.place]..<shares[group.place + 1]
            let fields = group.join(hiddenFields[...], rows: rows.count)
            findRatios(ofRows: own, layer, bias: bias, hiddenFields: fields)
            ratios = group.gather(
                Array(ratios[(2 * own.lowerBound)..<(2 * own.upperBound)]),
                counts: (0..<count).map { 2 * (shares[$0 + 1] - shares[$0]) })
        } else {
            findRatios(ofRows: rows, layer, bias: bias, hiddenFields: hiddenFields)
        }
        tally.attempts += lanes.count
        for pair in 0..<pairs {
            for lane in 0..<lanes.count {
                tally.acceptance[pair].add(
                    exponential(min(0, logAcceptance(ofPair: pair, lane: lane))))
            }
        }
    }

    /// - Parameter hiddenFields: Of all hidden units, shape `[lanes, levels, hidden of all]`.
    private mutating func findRatios(
        ofRows own: Range<Int>, _ layer: Layer, bias: [Float], hiddenFields: [Float]
    ) {
        // Local copies: Swift cannot lend two parts of `self` at once while it changes.
        let (levels, hidden, path) = (levels, spec.hiddenSlice.total, path)
        let visible = visible
        var ratios = ratios.mutableSpan
        ratios.withRange((2 * own.lowerBound)..<(2 * own.upperBound)) { ratios in
            ratios.inBlocks(of: 0..<own.count, columns: 2) { block, ratios in
                var measure = PathMeasure(path, layer, bias: bias)
                for place in block {
                    let row = own.lowerBound + place
                    let level = row % levels
                    measure.take(
                        visible.span, row: row,
                        fields: hiddenFields.span.extracting(rowRange(row, of: hidden)))
                    let here = measure.logWeight(level)
                    for (side, other) in [level + 1, level - 1].enumerated() {
                        ratios[(place - block.lowerBound) * 2 + side] =
                            other < 0 || other == levels ? 0 : measure.logWeight(other) - here
                    }
                }
            }
        }
    }

    /// ln p*_β(v′)p*_γ(v)/(p*_β(v)p*_γ(v′)) of the states v at β and v′ at the level γ above.
    private func logAcceptance(ofPair pair: Int, lane: Int) -> Double {
        let row = lane * levels + pair
        return ratios[2 * row] + ratios[2 * (row + 1) + 1]
    }

    /// Swaps the states of every second pair of neighbours, each with the probability that leaves their
    /// joint distribution as it is.
    ///
    /// Pairs take turns by the parity of the sweep, not by chance: then a state that was swapped upward
    /// tends to go on upward [Okabe01], [Syed22].
    ///
    /// - Parameters:
    ///   - parity: 0 or 1, the number of the first pair.
    ///   - stream: A row is a lane, a unit a pair.
    mutating func swapStates(parity: Int, _ stream: RandomStream) {
        for lane in 0..<lanes.count {
            for pair in stride(from: parity, to: pairs, by: 2) {
                let log = logAcceptance(ofPair: pair, lane: lane)
                let word = stream.word(row: lanes.lowerBound + lane, unit: pair)
                guard log >= 0 || (Double(word) + 0.5) * 0x1p-32 < exponential(log) else {
                    continue
                }
                let row = lane * levels + pair
                exchange(row, row + 1)
            }
            noteEnds(lane)
        }
    }

    private mutating func exchange(_ a: Int, _ b: Int) {
        func swapRows<Element>(_ values: inout [Element], of columns: Int) {
            for i in 0..<columns { values.swapAt(a * columns + i, b * columns + i) }
        }
        swapRows(&visible, of: spec.visibleBytes)
        swapRows(&hiddenFields, of: spec.hidden)
        haveBeenBelow.swapAt(a, b)
    }

    private mutating func noteEnds(_ lane: Int) {
        guard levels > 1 else { return }
        haveBeenBelow[lane * levels] = true
        let top = lane * levels + levels - 1
        if haveBeenBelow[top] {
            tally.roundTrips += 1
            roundTrips[lane] += 1
        }
        haveBeenBelow[top] = false
    }
}

/// Mixes the fields of rows, level after level: β times their own and 1 − β times those of the base.
private func mix(_ fields: inout [Float], with base: [Float], _ betas: [Double]) {
    let (columns, betas) = (base.count, betas.map { Float($0) })
    var fields = fields.mutableSpan
    fields.inBlocks(of: 0..<(fields.count / max(1, columns)), columns: columns) { block, fields in
        let base = base.span
        for row in block {
            let beta = betas[row % betas.count]
            fields.withRow(row - block.lowerBound, of: columns) { x in
                for i in x.indices { x[i] = beta * x[i] + (1 - beta) * base[i] }
            }
        }
    }
}

/// ln p*_β(v) of one visible state at the levels of a path, without a constant of the state.
private struct PathMeasure {
    private let path: TemperingPath
    let spec: LayerSpec
    private let visibleLaw: any UnitLaw
    private let hiddenLaw: any UnitLaw
    private let bias: [Float]
    private var levels: [Float] = []
    private var fields: [Float]
    private var mixed: [Float]
    private var terms: [Float] = []
    /// U_a(v) − U_b(v).
    private var slope = 0.0

    init(_ path: TemperingPath, _ layer: Layer, bias: [Float]) {
        self.path = path
        self.bias = bias
        spec = layer.shape
        visibleLaw = layer.visibleLaw
        hiddenLaw = layer.hiddenLaw
        fields = Array(repeating: 0, count: spec.hiddenSlice.total)
        mixed = fields
    }

    /// Takes the state of a row, whose hidden fields are c + Wᵀs(v).
    mutating func take(_ visible: Span<UInt8>, row: Int, fields own: Span<Float>) {
        readLevels(
            stored: spec.encoding, visible, row: row, count: spec.visible, into: &levels)
        // Local copies: Swift cannot lend two parts of `self` at once while it changes.
        let (state, base, bias) = (levels, path.base.visibleBias, bias)
        let values = state.span.extracting(0..<spec.visible)
        slope =
            visibleLaw.energy(ofLevels: values, bias: base.span, terms: &terms)
            - visibleLaw.energy(ofLevels: values, bias: bias.span, terms: &terms)
        var span = fields.mutableSpan
        for j in span.indices { span[j] = own[j] }
    }

    /// β(U_a − U_b) + ln Σ_h e^{h·(βx + (1 − β)d)}: ln p*_β(v) + U_a(v).
    mutating func logWeight(_ level: Int) -> Double {
        let beta = path.ladder.betas[level]
        let (own, other) = (fields, path.base.hiddenBias)
        let (factor, rest) = (Float(beta), Float(1 - beta))
        let (x, base) = (own.span, other.span)
        var span = mixed.mutableSpan
        for j in span.indices { span[j] = factor * x[j] + rest * base[j] }
        let fields = mixed
        return beta * slope + hiddenLaw.logPartition(fields: fields.span, terms: &terms)
    }
}
