import RandomStreams

/// Which hidden units of each row of a step take part: dropout of Bernoulli units.
///
/// A row of the data phase and the chain of the same number share one mask, which holds on the way
/// up and down through all sweeps of the step [Srivastava14, §8]. Masks are keyed by step and global
/// row.
struct DropoutMasks {
    let keepProbability: Float
    private let seed: UInt64
    private let layer: Int
    private let slice: HiddenSlice
    private var hidden: Int { slice.columns.count }
    /// 1 for a unit that is kept; positive rows first, shape `[rows, hidden]`.
    private var kept: [UInt8]

    /// Creates masks for at most `rows` rows of both phases.
    init(keepProbability: Float, seed: UInt64, layer: Int, hidden slice: HiddenSlice, rows: Int) {
        precondition(
            keepProbability > 0 && keepProbability < 1, "dropout that keeps \(keepProbability)")
        self.keepProbability = keepProbability
        self.seed = seed
        self.layer = layer
        self.slice = slice
        kept = Array(repeating: 0, count: rows * slice.columns.count)
    }

    /// Draws the masks of a step.
    mutating func draw(step: Int, _ share: StepShare) {
        let stream = RandomStream(seed: seed, .dropout(layer: layer, step: step))
        let probabilities = [Float](repeating: keepProbability, count: hidden)
        for row in 0..<(share.positive + share.negative) {
            let isPositive = row < share.positive
            sample(
                Bernoulli(), probabilities, rows: 0..<1, columns: hidden, bytes: hidden, one: 1,
                stream: stream,
                firstRow: isPositive
                    ? share.firstPositive + row : share.firstNegative + row - share.positive,
                into: &kept, at: row, slice: slice)
        }
    }

    /// Sets the probabilities of dropped units to zero, for some rows of both phases.
    func apply(to probabilities: inout [Float], rows: Range<Int>) {
        let range = (rows.lowerBound * hidden)..<(rows.upperBound * hidden)
        let kept = kept.span.extracting(range)
        var span = probabilities.mutableSpan
        span.withRange(range) { p in
            for i in p.indices { p[i] = kept[i] == 0 ? 0 : p[i] }
        }
    }

    /// Switches off the states of dropped units.
    ///
    /// - Parameter states: Bytes, shape `[chains, hidden]`.
    func apply(toStates states: inout [UInt8], _ share: StepShare) {
        let start = share.positive * hidden
        let kept = kept.span.extracting(start..<(start + share.negative * hidden))
        var span = states.mutableSpan
        span.withRange(0..<(share.negative * hidden)) { states in
            for i in states.indices { states[i] &= kept[i] }
        }
    }
}

extension Parameters {
    /// The machine of all units that stands for those of the masks: weights and hidden biases times the
    /// share p of units that were kept, visible biases as they are.
    ///
    /// The mean free energy over masks has p·ln(1 + eˣ) for a unit of field x, and ln(1 + e^{px}) comes
    /// nearest to it: equal at either end. Scaled weights alone, as in networks that only go up
    /// [Srivastava14, §8], move the threshold of every unit, for none of its inputs was dropped.
    public func withAllUnits(keepProbability: Float) -> Parameters {
        guard keepProbability < 1 else { return self }
        var result = self
        for i in 0..<weightCount { result.values[i] *= keepProbability }
        for i in hiddenBiasRange { result.values[i] *= keepProbability }
        return result
    }
}
