import RandomStreams

/// A part of a set of cases, chosen by key: the training or the held-out part.
public final class SubsetCases: DoubleCases {
    public let count: Int
    public var visible: Int { source.visible }
    public var encoding: StateEncoding { source.encoding }

    private let source: any CaseSource
    private let order: KeyedPermutation
    private let start: Int

    private init(_ source: any CaseSource, _ order: KeyedPermutation, start: Int, count: Int) {
        self.source = source
        self.order = order
        self.start = start
        self.count = count
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        try source.load(cases.map { order[start + $0] }, draw: draw, into: &result)
    }

    public var exceedsFloat32: Bool { (source as? any DoubleCases)?.exceedsFloat32 ?? false }

    public func loadDoubles(_ cases: [Int], draw: Int, into result: inout [Double]) throws {
        guard let source = source as? any DoubleCases else {
            preconditionFailure("the cases below have no double precision")
        }
        try source.loadDoubles(cases.map { order[start + $0] }, draw: draw, into: &result)
    }

    /// The number that a case of the part has in the whole.
    public func number(inSource number: Int) -> Int { order[start + number] }

    /// The numbers of ⌊fraction·N⌋ held-out cases of N, and of the rest.
    public static func numbers(
        of count: Int, heldOut fraction: Double, seed: UInt64
    ) -> (training: [Int], heldOut: [Int]) {
        guard let (order, held) = choice(of: count, heldOut: fraction, seed: seed) else {
            return (Array(0..<count), [])
        }
        return ((held..<count).map { order[$0] }, (0..<held).map { order[$0] })
    }

    /// Divides cases into ⌊fraction·N⌋ held-out ones and the rest, those of `numbers`.
    ///
    /// - Returns: nil for the held-out part when it is empty.
    public static func divide(
        _ source: any CaseSource, heldOut fraction: Double, seed: UInt64
    ) -> (training: any CaseSource, heldOut: (any CaseSource)?) {
        guard let (order, held) = choice(of: source.count, heldOut: fraction, seed: seed) else {
            return (source, nil)
        }
        return (
            SubsetCases(source, order, start: held, count: source.count - held),
            SubsetCases(source, order, start: 0, count: held)
        )
    }

    /// The order of all cases of which the first `held` are held out; nil where none is.
    private static func choice(
        of count: Int, heldOut fraction: Double, seed: UInt64
    ) -> (order: KeyedPermutation, held: Int)? {
        let held = Int(fraction * Double(count))
        guard held > 0 else { return nil }
        return (KeyedPermutation(count: count, seed: seed, .heldOutChoice), held)
    }
}
