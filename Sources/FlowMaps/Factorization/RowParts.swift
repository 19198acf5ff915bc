/// A division of rows into parts and blocks that depends on their number alone.
///
/// A product over a block has the same shape whoever computes it, and sums over parts are added in a
/// fixed tree. So a result has the same bits however processes share out the parts.
public struct RowParts: Sendable, Equatable {
    public let rows: Int
    /// How many parts there are.
    public let count: Int
    private let blocks: Int

    /// The rows of a block.
    static let blockRows = 128
    /// The most parts: more processes than that find no work.
    static let mostParts = 32

    public init(rows: Int) {
        precondition(rows > 0, "\(rows) rows")
        self.rows = rows
        blocks = (rows + Self.blockRows - 1) / Self.blockRows
        count = min(blocks, Self.mostParts)
    }

    /// The rows of each block of a part, in order.
    public func blocks(of part: Int) -> [Range<Int>] {
        ((blocks * part / count)..<(blocks * (part + 1) / count)).map {
            $0 * Self.blockRows..<min(rows, ($0 + 1) * Self.blockRows)
        }
    }

    /// The rows of a part.
    public func rows(of part: Int) -> Range<Int> {
        let blocks = blocks(of: part)
        return blocks[0].lowerBound..<blocks[blocks.count - 1].upperBound
    }

    /// Adds the sums of parts in a tree of halves.
    ///
    /// - Parameter sums: Shape [parts, width].
    /// - Returns: Shape [width].
    static func total(_ sums: [Double], parts: Int) -> [Double] {
        let width = sums.count / parts
        func total(_ range: Range<Int>) -> [Double] {
            guard range.count > 1 else {
                return Array(sums[range.lowerBound * width..<range.upperBound * width])
            }
            let middle = (range.lowerBound + range.upperBound) / 2
            let left = total(range.lowerBound..<middle)
            let right = total(middle..<range.upperBound)
            return zip(left, right).map { $0 + $1 }
        }
        return total(0..<parts)
    }
}

/// Does a part of some work for each number below `parts` and returns all results on every process, shape
/// [parts, width].
///
/// A process calls `body` for its own parts only, always the same ones, and in order.
public typealias PartWork = (
    _ parts: Int, _ width: Int, _ body: (_ part: Int) throws -> [Double]
) throws -> [Double]

/// Does all parts in one process.
public func inOneProcess(
    parts: Int, width: Int, _ body: (_ part: Int) throws -> [Double]
) rethrows -> [Double] {
    try (0..<parts).flatMap(body)
}
