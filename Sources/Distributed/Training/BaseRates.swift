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
    return RBMCore.baseRates(sums: sums, levels: source.levels, count: source.count)
}

/// Loads cases block by block.
///
/// - Parameter body: Receives bytes of shape `[count, caseBytes]`, maybe longer, and the count.
func forEachBlock(
    of range: Range<Int>, from source: any CaseSource, draw: Int,
    choosing choice: (Int) -> Int = { $0 }, rows: Int = 256,
    _ body: ([UInt8], Int) throws -> Void
) throws {
    var bytes = [UInt8](repeating: 0, count: min(rows, range.count) * source.caseBytes)
    var first = range.lowerBound
    while first < range.upperBound {
        let last = min(first + rows, range.upperBound)
        try source.load((first..<last).map(choice), draw: draw, into: &bytes)
        try body(bytes, last - first)
        first = last
    }
}
