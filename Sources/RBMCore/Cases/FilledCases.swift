import RandomStreams

/// Cases whose unobserved units a fixed machine has drawn given the observed ones.
///
/// Monitors measure them, and the layers above learn from them. Case and draw name the random numbers,
/// so that every process draws the same.
public final class FilledCases: CaseSource {
    public var count: Int { source.count }
    public var visible: Int { source.visible }
    public var encoding: StateEncoding { source.encoding }
    public var withFactors: CasesWithFactors? {
        source.withFactors?.map { FilledCases($0, like: self) }
    }

    private let source: any CaseSource
    private let layer: Layer
    private var units: UnobservedDraw
    private let seed: UInt64
    private let place: Int

    /// Fills the cases of a source; nil where all units are observed.
    ///
    /// Processes that divide the machine's hidden columns load the same cases together.
    ///
    /// - Parameter layer: The place of `machine` in its stack; it names the random numbers.
    public init?(
        _ source: any CaseSource, by machine: any Machine, arithmetic: ArithmeticKind, seed: UInt64,
        layer: Int
    ) {
        guard let unobserved = source.unobserved else { return nil }
        self.source = source
        self.layer = Layer(
            LayerSpec(LayerSpec(machine, encoding: source.encoding), slice: machine.slice),
            frozen: arithmetic, group: machine.group)
        self.layer.load(machine.own.parameters)
        units = UnobservedDraw(unobserved)
        self.seed = seed
        place = layer
    }

    /// Fills other cases by the same machine.
    private init(_ source: any CaseSource, like other: FilledCases) {
        self.source = source
        layer = other.layer
        units = other.units
        seed = other.seed
        place = other.place
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        try source.load(cases, draw: draw, into: &result)
        let (seed, place) = (seed, place)
        units.fill(&result, rows: cases.count, number: { cases[$0] }, by: layer) { slot, sweep in
            RandomStream(seed: seed, .filling(slot, layer: place, draw: draw, sweep: sweep))
        }
    }
}
