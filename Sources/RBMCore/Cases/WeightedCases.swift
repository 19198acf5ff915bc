import RandomStreams

/// Cases that count as often as their weights say.
///
/// Whole weights repeat a case as often, one copy after the other. Of other weights only the ratios
/// count: there are as many places as cases, each with an equal share of the whole weight, and each
/// draw takes one case of each share, chosen by key in proportion to the weight that lies in the share.
/// So a case of weight w times the mean weight is met ⌊w⌋ times in each draw, or once or twice more, and
/// w times in the mean.
///
/// Weights are rounded to 2⁻²⁰ of a share. Means over all cases do not need the draws: `withFactors`.
public final class WeightedCases: DoubleCases {
    public let count: Int
    public var visible: Int { source.visible }
    public var encoding: StateEncoding { source.encoding }
    public var exceedsFloat32: Bool { (source as? any DoubleCases)?.exceedsFloat32 ?? false }

    public let withFactors: CasesWithFactors?

    private let source: any CaseSource
    private let seed: UInt64
    /// Where the weight of each case ends, in units of 2⁻²⁰ of a share.
    private let ends: [Int]
    private static let bits = 20

    /// Weighs cases.
    ///
    /// - Parameter weights: Not negative, one a case.
    /// - Returns: nil where all are zero, or where there would be more than 2³² − 1 cases.
    public init?(_ source: any CaseSource, weights: [Double], seed: UInt64) {
        precondition(
            weights.count == source.count && weights.allSatisfy { $0 >= 0 && $0.isFinite },
            "\(weights.count) weights of \(source.count) cases")
        let areWhole = weights.allSatisfy { $0 == $0.rounded() }
        // Sums of doubles in their order: the same on every rank.
        let total = weights.reduce(0, +)
        count = areWhole && total < 0x1p32 ? Int(total) : source.count
        guard total > 0, total.isFinite, !areWhole || total < 0x1p32 else { return nil }
        let places = Double(count) * 0x1p20
        var sum = 0.0
        var ends = weights.map { weight in
            sum += weight
            return areWhole ? Int(sum) << Self.bits : Int((sum / total * places).rounded())
        }
        // The last end is the end of the last share, whatever the sum was rounded to.
        let end = count << Self.bits
        let last = weights.lastIndex { $0 > 0 } ?? weights.count - 1
        for i in ends.indices { ends[i] = i >= last ? end : min(ends[i], end) }
        self.ends = ends
        let size = Double(source.count)
        withFactors =
            areWhole
            ? nil : CasesWithFactors(cases: source, factors: weights.map { $0 / total * size })
        self.source = source
        self.seed = seed
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        try source.load(numbers(of: cases, draw: draw), draw: draw, into: &result)
    }

    public func loadDoubles(_ cases: [Int], draw: Int, into result: inout [Double]) throws {
        guard let source = source as? any DoubleCases else {
            preconditionFailure("the cases below have no double precision")
        }
        try source.loadDoubles(numbers(of: cases, draw: draw), draw: draw, into: &result)
    }

    /// The cases below that a draw has at some places.
    func numbers(of places: [Int], draw: Int) -> [Int] {
        let stream = RandomStream(seed: seed, .caseWeights(draw: draw))
        return places.map { place in
            let word = stream.word(row: place, unit: 0)
            return number(at: place << Self.bits + Int(word >> (32 - UInt32(Self.bits))))
        }
    }

    /// The case whose weight holds a point.
    private func number(at point: Int) -> Int {
        var (low, high) = (0, ends.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] > point { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
