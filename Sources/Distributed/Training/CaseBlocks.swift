import Ranks
import RBMCore

/// How many cases are measured together.
let casesOfBlock = 256

/// Loads cases block by block.
///
/// - Parameter body: Receives bytes of shape `[count, caseBytes]`, maybe longer, and the count.
func forEachBlock(
    of range: Range<Int>, from source: any CaseSource, draw: Int,
    choosing choice: (Int) -> Int = { $0 }, rows: Int = casesOfBlock,
    _ body: ([UInt8], Int) throws -> Void
) throws {
    var bytes = [UInt8](repeating: 0, count: min(rows, range.count) * source.caseBytes)
    var first = range.lowerBound
    while first < range.upperBound {
        let last = min(first + rows, range.upperBound)
        try source.load((first..<last).map(choice), draw: draw, into: &bytes)
        try body(bytes, last - first)
        RankProgress.advance()
        first = last
    }
}
