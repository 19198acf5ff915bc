import RandomStreams

/// Visible states at each level of a ladder, in lanes that know nothing of one another, and what moves
/// them: Gibbs sweeps at every level, and swaps between neighbours.
///
/// Level β has p_β(v) ∝ e^{−(1−β)U_a(v) − βU_b(v)} Σ_h e^{βh·(c + Wᵀv)}, with a the biases of a base
/// model. The weights are those of the products at every level, for only fields are multiplied by β.
///
/// A row is a state: level after level of one lane, then the next lane. The number of a row among those
/// of all lanes names its random numbers.
struct TemperedStates: ~Copyable {
    private(set) var ladder: TemperingLadder

    /// The global numbers of the lanes.
    let lanes: Range<Int>

    private let base: [Float]
    private let spec: LayerSpec

    /// Bytes of states, shape `[lanes, levels, visibleBytes]`.
    private(set) var visible: [UInt8]
    /// c + Wᵀv of the visible states, shape `[lanes, levels, hidden]`.
    private(set) var hiddenFields: [Float]
    private var hidden: [UInt8]
    private var visibleFields: [Float]
    /// ln p*_γ(v) − ln p*_β(v) of a state at β for the level γ above and for the one below, shape
    /// `[lanes, levels, 2]`; 0 beyond the ends.
    private(set) var ratios: [Double]
    /// Which states have been at the bottom since they were last at the top, shape `[lanes, levels]`.
    private(set) var haveBeenBelow: [Bool]
    private(set) var tally: SwapTally

    /// Makes room for states; `start` or `restore` must follow.
    ///
    /// - Parameter base: The biases a, shape `[visible]`.
    init(_ spec: LayerSpec, base: [Float], ladder: TemperingLadder, lanes: Range<Int>) {
        precondition(
            base.count == spec.visible, "\(base.count) biases for \(spec.visible) units")
        precondition(
            lanes.upperBound * ladder.levels < 1 << 32,
            "\(lanes.upperBound) lanes of \(ladder.levels) levels")
        self.spec = spec
        self.base = base
        self.ladder = ladder
        self.lanes = lanes
        let rows = lanes.count * ladder.levels
        visible = Array(repeating: 0, count: rows * spec.visibleBytes)
        hidden = Array(repeating: 0, count: rows * spec.hidden)
        visibleFields = Array(repeating: 0, count: rows * spec.visible)
        hiddenFields = Array(repeating: 0, count: rows * spec.hidden)
        ratios = Array(repeating: 0, count: rows * 2)
        haveBeenBelow = Array(repeating: false, count: rows)
        tally = SwapTally(pairs: ladder.pairs)
    }

    var levels: Int { ladder.levels }
    private var rows: Range<Int> { 0..<(lanes.count * levels) }
    private var firstRow: Int { lanes.lowerBound * levels }

    // MARK: States

    /// Draws all states from the base model.
    mutating func drawFromBase(_ layer: Layer, _ stream: RandomStream) {
        for i in visibleFields.indices { visibleFields[i] = base[i % base.count] }
        drawVisible(layer, stream)
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

    /// Takes over the states of all rows.
    mutating func restore(_ states: [UInt8], haveBeenBelow: [Bool]) {
        precondition(
            states.count == visible.count && haveBeenBelow.count == rows.count,
            "\(states.count) bytes for \(rows.count) states")
        visible = states
        self.haveBeenBelow = haveBeenBelow
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
    mutating func clearTally() { tally = SwapTally(pairs: ladder.pairs) }

    // MARK: Sweeps

    /// Computes the fields of the hidden units for the layer's present parameters.
    mutating func findFields(_ layer: Layer) {
        layer.upward(visible, rows: rows, into: &hiddenFields)
    }

    /// Moves every state on by one Gibbs sweep, which leaves p_β as it is.
    mutating func sweep(_ layer: Layer, hidden: RandomStream, visible: RandomStream) {
        // Local copies: Swift cannot lend two parts of `self` at once while it changes.
        let (betas, rows, spec, base) = (ladder.betas.map { Float($0) }, rows, spec, base)
        var fields = hiddenFields.mutableSpan
        fields.inBlocks(of: rows, columns: spec.hidden) { block, fields in
            for row in block {
                let beta = betas[row % betas.count]
                fields.withRow(row - block.lowerBound, of: spec.hidden) { x in
                    for j in x.indices { x[j] *= beta }
                }
            }
        }
        layer.activateHidden(&hiddenFields, rows: rows)
        layer.drawHidden(
            from: hiddenFields, rows: rows, stream: hidden, firstRow: firstRow,
            into: &self.hidden, at: 0)
        layer.downward(self.hidden, encoding: .bits, rows: rows, into: &visibleFields)
        var down = visibleFields.mutableSpan
        down.inBlocks(of: rows, columns: spec.visible) { block, fields in
            for row in block {
                let beta = betas[row % betas.count]
                let base = base.span
                fields.withRow(row - block.lowerBound, of: spec.visible) { x in
                    for i in x.indices { x[i] = beta * x[i] + (1 - beta) * base[i] }
                }
            }
        }
        drawVisible(layer, visible)
    }

    /// Draws the visible units in their fields, and computes the fields of the hidden ones.
    private mutating func drawVisible(_ layer: Layer, _ stream: RandomStream) {
        layer.activateVisible(&visibleFields, rows: rows)
        layer.drawVisible(
            from: visibleFields, rows: rows, stream: stream, firstRow: firstRow, into: &visible,
            at: 0)
        findFields(layer)
    }

    // MARK: Swaps

    /// Computes `ratios`, and adds the probabilities of all swaps to the tally.
    ///
    /// - Parameter bias: The biases b of the visible units, shape `[visible]`.
    mutating func findRatios(_ layer: Layer, bias: [Float]) {
        let (betas, rows, levels, spec, base) = (ladder.betas, rows, levels, spec, base)
        let (visible, hiddenFields) = (visible, hiddenFields)
        let (visibleLaw, hiddenLaw) = (layer.visibleLaw, layer.hiddenLaw)
        var ratios = ratios.mutableSpan
        ratios.inBlocks(of: rows, columns: 2) { block, ratios in
            var (values, scaled, terms): ([Float], [Float], [Float]) = ([], [], [])
            scaled = Array(repeating: 0, count: spec.hidden)
            for row in block {
                let level = row % levels
                readLevels(
                    stored: spec.encoding, visible.span, row: row, count: spec.visible,
                    into: &values)
                // Of one row: ln p*_β = (1 − β)·(−U_a) + β·(−U_b) + ln Σ_h e^{βh·x}.
                let own = values.span.extracting(0..<spec.visible)
                let slope =
                    visibleLaw.energy(ofLevels: own, bias: base.span, terms: &terms)
                    - visibleLaw.energy(ofLevels: own, bias: bias.span, terms: &terms)
                let x = hiddenFields.span.extracting(rowRange(row, of: spec.hidden))
                func logHidden(_ beta: Double) -> Double {
                    let factor = Float(beta)
                    var span = scaled.mutableSpan
                    for j in span.indices { span[j] = factor * x[j] }
                    return hiddenLaw.logPartition(fields: scaled.span, terms: &terms)
                }
                let here = logHidden(betas[level])
                for (place, other) in [level + 1, level - 1].enumerated() {
                    ratios[(row - block.lowerBound) * 2 + place] =
                        other < 0 || other == levels
                        ? 0
                        : (betas[other] - betas[level]) * slope + logHidden(betas[other]) - here
                }
            }
        }
        tally.attempts += lanes.count
        for pair in 0..<ladder.pairs {
            for lane in 0..<lanes.count {
                tally.acceptance[pair].add(
                    min(1, exponential(min(0, logAcceptance(ofPair: pair, lane: lane)))))
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
            for pair in stride(from: parity, to: ladder.pairs, by: 2) {
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
        if haveBeenBelow[top] { tally.roundTrips += 1 }
        haveBeenBelow[top] = false
    }
}
