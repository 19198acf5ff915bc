import RandomStreams

/// The persistent Markov chains of one process: a contiguous slice of the run's chains.
///
/// What is kept between steps are the hidden states drawn at the end of the last sweep, so that a
/// sweep begins with a product downward and a step of k sweeps costs 3 + 2k products in all.
public struct Chains: Sendable, Equatable {
    /// The global numbers of these chains.
    public let indices: Range<Int>

    public let hidden: Int

    /// Hidden states, bytes 0 or 1, shape `[indices.count, hidden]`.
    public var states: [UInt8]

    /// Creates chains from stored states.
    public init(indices: Range<Int>, hidden: Int, states: [UInt8]) {
        precondition(
            states.count == indices.count * hidden,
            "\(states.count) states for \(indices.count) chains of \(hidden) units")
        self.indices = indices
        self.hidden = hidden
        self.states = states
    }

    /// Draws chains at the start of a run: visible units from their base rates, one half sweep up.
    ///
    /// - Parameters:
    ///   - baseRates: The probability that each visible unit is 1, shape `[visible]`.
    ///   - arithmetic: Loaded with the initial parameters.
    public init(
        indices: Range<Int>, baseRates: [Double], arithmetic: Layer, seed: UInt64,
        layer: Int
    ) {
        let shape = arithmetic.shape
        precondition(
            baseRates.count == shape.visible,
            "\(baseRates.count) base rates for \(shape.visible) units")
        let rates = baseRates.map(Float.init)
        var visible = [UInt8](repeating: 0, count: indices.count * shape.visible)
        let stream = RandomStream(seed: seed, .initialChains(.visible, layer: layer))
        for row in 0..<indices.count {
            arithmetic.drawVisible(
                from: rates, rows: 0..<1, stream: stream, firstRow: indices.lowerBound + row,
                into: &visible, at: row)
        }
        self.init(
            indices: indices, above: visible, arithmetic: arithmetic, seed: seed, layer: layer)
    }

    /// Draws chains of a layer with Gaussian visible units: these from normal distributions, and one
    /// half sweep up.
    public init(
        indices: Range<Int>, moments: VisibleMoments, arithmetic: Layer,
        seed: UInt64, layer: Int
    ) {
        let units = arithmetic.shape.visible
        precondition(moments.means.count == units, "\(moments.means.count) means, \(units) units")
        let means = moments.means.map(Float.init)
        let law = arithmetic.shape.visibleUnits.independentLaw(of: moments)
        var visible = [UInt8](repeating: 0, count: indices.count * arithmetic.shape.visibleBytes)
        let stream = RandomStream(seed: seed, .initialChains(.visible, layer: layer))
        for row in 0..<indices.count {
            sample(
                law, means, rows: 0..<1, columns: units, bytes: arithmetic.shape.visibleBytes,
                one: 1, stream: stream, firstRow: indices.lowerBound + row, into: &visible, at: row)
        }
        self.init(
            indices: indices, above: visible, arithmetic: arithmetic, seed: seed, layer: layer)
    }

    /// Draws the hidden states above visible ones.
    private init(
        indices: Range<Int>, above visible: [UInt8], arithmetic: Layer, seed: UInt64,
        layer: Int
    ) {
        let (shape, count) = (arithmetic.shape, indices.count)
        var probabilities = [Float](repeating: 0, count: count * shape.hidden)
        arithmetic.hiddenProbabilities(visible, rows: 0..<count, into: &probabilities)
        var states = [UInt8](repeating: 0, count: count * shape.hidden)
        arithmetic.drawHidden(
            from: probabilities, rows: 0..<count,
            stream: RandomStream(seed: seed, .initialChains(.hidden, layer: layer)),
            firstRow: indices.lowerBound, into: &states, at: 0)
        self.init(indices: indices, hidden: shape.hidden, states: states)
    }
}
