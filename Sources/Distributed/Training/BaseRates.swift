public import Ranks
public import RBMCore

/// Collective.
///
/// The smoothed probability that each visible unit of the cases is 1.
///
/// Each rank counts its share; the sums are integers.
public func baseRates(
    of source: any CaseSource, _ world: borrowing Communicator
) throws -> [Double] {
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
