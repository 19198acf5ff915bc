import RandomStreams

/// Grey cases drawn to states: each unit takes its upper state with the probability that its grey
/// value gives.
///
/// Likelihoods are defined for states, and a grey value is not a state. The states of a case follow
/// from its number, so that every rank draws the same.
public final class BinarizedCases: CaseSource {
    public var count: Int { source.count }
    public var visible: Int { source.visible }
    public var encoding: StateEncoding { .bits }
    public var withFactors: CasesWithFactors? {
        source.withFactors?.map { BinarizedCases($0, law, seed: seed, layer: layer) }
    }

    private let source: any CaseSource
    private let law: any UnitLaw
    private let seed: UInt64
    private let layer: Int

    /// Creates the states of the cases of `source`.
    ///
    /// - Parameters:
    ///   - kind: The kind of the units.
    ///   - layer: The place of the layer in its stack; it names the random numbers.
    public convenience init(
        _ source: any CaseSource, of kind: any UnitKind, seed: UInt64, layer: Int
    ) {
        self.init(source, kind.law(own: []), seed: seed, layer: layer)
    }

    private init(_ source: any CaseSource, _ law: any UnitLaw, seed: UInt64, layer: Int) {
        precondition(source.encoding == .levels, "cases of \(source.encoding) are states already")
        self.source = source
        self.law = law
        self.seed = seed
        self.layer = layer
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        try source.load(cases, draw: draw, into: &result)
        let stream = RandomStream(seed: seed, .pseudoLikelihoodBits(layer: layer, draw: draw))
        let visible = visible
        let maximum = Float(StateEncoding.levels.maximum)
        var levels = [Float](repeating: 0, count: visible)
        var states = result.mutableSpan
        for (row, number) in cases.enumerated() {
            states.withRow(row, of: visible) { states in
                for i in states.indices { levels[i] = Float(states[i]) / maximum }
                law.draw(levels.span, row: number, from: stream, one: 1, into: &states)
            }
        }
    }
}
