/// A matrix that is even under the flip of all spins: an even block and an odd one.
struct ParityMatrix: Sendable {
    /// Row-major blocks, even and odd: shape `[rows[p], columns[p]]`.
    let blocks: [[Double]]
    /// Even rows and odd ones.
    let rows: [Int]
    /// Even columns and odd ones.
    let columns: [Int]

    static func * (a: ParityMatrix, b: ParityMatrix) -> ParityMatrix {
        precondition(a.columns == b.rows, "\(a.columns) columns times \(b.rows) rows")
        return ParityMatrix(
            blocks: (0..<2).map {
                DenseAlgebra.product(
                    a.blocks[$0], b.blocks[$0], m: a.rows[$0], n: b.columns[$0], k: a.columns[$0])
            },
            rows: a.rows, columns: b.columns)
    }

    /// The sum of the diagonal of a square matrix.
    var trace: Double {
        precondition(rows == columns, "the trace of \(rows) rows and \(columns) columns")
        return (0..<2).reduce(0) { sum, parity in
            (0..<rows[parity]).reduce(sum) { $0 + blocks[parity][$1 * (rows[parity] + 1)] }
        }
    }
}
