import RandomStreams

/// The hidden units of a trained layer on the cases below it: the training data of the next layer.
///
/// They are computed when they are asked for, and not stored. Case and draw name the random
/// numbers, so that every rank computes the same.
public final class PropagatedCases: CaseSource {
    /// What the next layer sees.
    public enum Propagation: String, Sendable, CaseIterable {
        /// Hidden means as bytes 0…127, rounded stochastically.
        case means
        /// Hidden states.
        case samples
    }

    public var count: Int { source.count }
    public var visible: Int { evaluator.shape.hidden }
    public var encoding: StateEncoding { propagation == .means ? .levels : .bits }
    public var withFactors: CasesWithFactors? {
        source.withFactors?.map { PropagatedCases($0, like: self) }
    }

    private let source: any CaseSource
    private let evaluator: LayerEvaluator
    private let propagation: Propagation
    private let seed: UInt64
    private let layer: Int
    private var bytes: [UInt8] = []

    /// Creates the hidden layer's view of `source`.
    ///
    /// - Parameter layer: The place of `machine` in its stack; it names the random numbers.
    public init(
        _ source: any CaseSource, through machine: any Machine, arithmetic: ArithmeticKind,
        propagation: Propagation, seed: UInt64, layer: Int
    ) {
        precondition(
            source.visible == machine.visibleCount,
            "cases of \(source.visible) units for \(machine.visibleCount) visible units")
        self.source = source
        evaluator = LayerEvaluator(machine, encoding: source.encoding, arithmetic: arithmetic)
        self.propagation = propagation
        self.seed = seed
        self.layer = layer
    }

    /// Creates the same layer's view of other cases.
    private init(_ source: any CaseSource, like other: PropagatedCases) {
        self.source = source
        evaluator = other.evaluator
        propagation = other.propagation
        seed = other.seed
        layer = other.layer
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        if bytes.count < cases.count * source.caseBytes {
            bytes = Array(repeating: 0, count: cases.count * source.caseBytes)
        }
        try source.load(cases, draw: draw, into: &bytes)
        let probabilities = evaluator.hiddenProbabilities(of: bytes, cases: cases.count)
        let stream = RandomStream(seed: seed, .propagation(layer: layer, draw: draw))
        let law = evaluator.machine.hiddenLaw
        var result = result.mutableSpan
        for (row, number) in cases.enumerated() {
            let levels = probabilities.span.extracting(rowRange(row, of: visible))
            result.withRow(row, of: visible) { result in
                switch propagation {
                case .means: round(levels, of: number, stream, into: &result)
                case .samples: law.draw(levels, row: number, from: stream, one: 1, into: &result)
                }
            }
        }
    }

    /// Rounds the mean levels of a case to bytes of 127, up or down at random, so that the mean of a byte
    /// is the level.
    private func round(
        _ levels: Span<Float>, of number: Int, _ stream: RandomStream,
        into bytes: inout MutableSpan<UInt8>
    ) {
        stream.forEachPart(ofRow: number, units: 0..<levels.count) { part, words in
            let levels = levels.extracting(part)
            bytes.withRange(part) { bytes in
                for j in bytes.indices {
                    let fixed = roundedInteger(levels[j] * 65_536)
                    let random = Int32(truncatingIfNeeded: words[j] >> 16)
                    bytes[j] = UInt8(truncatingIfNeeded: (fixed &* 127 &+ random) >> 16)
                }
            }
        }
    }
}

/// The cases of a layer of a stack: what the layers below it make of the data, one above the other.
///
/// - Parameters:
///   - layers: The layers below, the lowest first.
///   - propagation: What each layer hands up, by its place in the stack.
///   - arithmetic: The number system of each layer's products, by its place in the stack; nil for
///     integers if their sums fit 32 bits.
public func propagatedCases(
    _ source: any CaseSource, through layers: some Sequence<any Machine>, seed: UInt64,
    propagation: (Int) -> PropagatedCases.Propagation, arithmetic: ((Int) -> ArithmeticKind)? = nil
) -> any CaseSource {
    propagatedViews(
        source, through: layers, seed: seed, propagation: propagation, arithmetic: arithmetic
    ).last ?? source
}

/// What each layer of a stack makes of the cases below it, the lowest layer first.
///
/// The parameters are those of `propagatedCases`.
public func propagatedViews(
    _ source: any CaseSource, through layers: some Sequence<any Machine>, seed: UInt64,
    propagation: (Int) -> PropagatedCases.Propagation, arithmetic: ((Int) -> ArithmeticKind)? = nil
) -> [any CaseSource] {
    var views: [any CaseSource] = []
    for (place, machine) in layers.enumerated() {
        let below = views.last ?? source
        views.append(
            PropagatedCases(
                below, through: machine,
                arithmetic: arithmetic?(place) ?? ArithmeticKind.measuring(machine, below.encoding),
                propagation: propagation(place), seed: seed, layer: place))
    }
    return views
}
