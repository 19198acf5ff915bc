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
        indices: Range<Int>, baseRates: [Double], arithmetic: any LayerArithmetic, seed: UInt64,
        layer: Int
    ) {
        let shape = arithmetic.shape
        precondition(
            baseRates.count == shape.visible,
            "\(baseRates.count) base rates for \(shape.visible) units")
        let count = indices.count
        let rates = baseRates.map(Float.init)
        var visible = [UInt8](repeating: 0, count: count * shape.visible)
        let stream = RandomStream(seed: seed, .initialChains, layer: layer)
        for row in 0..<count {
            sample(
                rates, rows: 0..<1, units: shape.visible, one: UInt8(shape.levels.maximum),
                stream: stream, firstRow: indices.lowerBound + row, into: &visible, at: row)
        }
        var probabilities = [Float](repeating: 0, count: count * shape.hidden)
        arithmetic.upward(visible, rows: 0..<count, into: &probabilities)
        activate(shape.hiddenUnits, units: shape.hidden, rows: 0..<count, &probabilities)
        var states = [UInt8](repeating: 0, count: count * shape.hidden)
        sample(
            probabilities, rows: 0..<count, units: shape.hidden, one: 1,
            stream: RandomStream(seed: seed, .initialChains, layer: layer, sweep: 1),
            firstRow: indices.lowerBound, into: &states, at: 0)
        self.init(indices: indices, hidden: shape.hidden, states: states)
    }
}
