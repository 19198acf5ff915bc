import RandomStreams

/// Grey cases drawn to bits, each with the probability that its grey value is.
///
/// Likelihoods are those of states, and a grey value is none. A case's bits follow from its number,
/// so that every rank draws the same.
public final class BinarizedCases: CaseSource {
    public var count: Int { source.count }
    public var visible: Int { source.visible }
    public var levels: StateEncoding { .bits }

    private let source: any CaseSource
    private let seed: UInt64
    private let layer: Int

    /// Creates the view; `layer`, the place of the units in the stack, names the random numbers.
    public init(_ source: any CaseSource, seed: UInt64, layer: Int) {
        precondition(source.levels == .grey, "cases of \(source.levels) are states already")
        self.source = source
        self.seed = seed
        self.layer = layer
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        try source.load(cases, draw: draw, into: &result)
        let stream = RandomStream(seed: seed, .pseudoLikelihoodBits(layer: layer, draw: draw))
        let visible = visible
        var words = [UInt32](repeating: 0, count: visible)
        for (row, number) in cases.enumerated() {
            var span = words.mutableSpan
            stream.fill(&span, row: number)
            for i in 0..<visible {
                let p = Float(result[row * visible + i]) / Float(StateEncoding.grey.maximum)
                result[row * visible + i] = words[i].occurs(p) ? 1 : 0
            }
        }
    }
}
