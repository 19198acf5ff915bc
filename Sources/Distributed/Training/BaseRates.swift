public import Ranks
public import RBMCore

/// Collective.
///
/// The smoothed probability that each visible unit of the cases is 1.
///
/// Each rank counts its share; the sums are integers. Units that were not observed are left out.
public func baseRates(
    of source: any CaseSource, _ world: borrowing Communicator
) throws -> [Double] {
    if case .rates(let rates) = source.unobserved?.marginals { return rates }
    var sums = [Int64](repeating: 0, count: source.visible)
    try forEachBlock(of: world.share(of: source.count), from: source, draw: 0) { bytes, count in
        for row in 0..<count {
            let start = row * source.visible
            for i in 0..<source.visible { sums[i] += Int64(bytes[start + i]) }
        }
    }
    try world.sum(&sums)
    return RBMCore.baseRates(sums: sums, encoding: source.encoding, count: source.count)
}

extension UnobservedUnits {
    /// Collective.
    ///
    /// Measures each unit of cases that bear marks, over the cases in which it was observed.
    public init(in source: any CaseSource, _ world: borrowing Communicator) throws {
        guard source.encoding != .float32 else {
            self.init(.moments(try moments(of: source, world).moments))
            return
        }
        var sums = [Int64](repeating: 0, count: source.visible)
        var counts = sums
        let share = world.share(of: source.count)
        try forEachBlock(of: share, from: source, draw: 0) { bytes, rows in
            for row in 0..<rows {
                let start = row * source.visible
                for i in 0..<source.visible where bytes[start + i] != Self.mark {
                    sums[i] += Int64(bytes[start + i])
                    counts[i] += 1
                }
            }
        }
        try world.sum(&sums)
        try world.sum(&counts)
        let rates = zip(sums, counts).map { sum, count in
            RBMCore.baseRates(sums: [sum], encoding: source.encoding, count: Int(count))[0]
        }
        self.init(.rates(rates))
    }
}
