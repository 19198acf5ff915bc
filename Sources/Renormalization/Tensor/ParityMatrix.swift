import Analysis

/// A matrix that is even under the flip of all spins: it has an even block and an odd one.
struct ParityMatrix: Sendable {
    /// The even block and the odd one.
    let blocks: [Matrix]

    static func * (a: ParityMatrix, b: ParityMatrix) -> ParityMatrix {
        ParityMatrix(blocks: zip(a.blocks, b.blocks).map { $0 * $1 })
    }

    /// The sum of the diagonals of square blocks.
    var trace: Double {
        blocks.reduce(0) { sum, block in
            (0..<block.rows).reduce(sum) { $0 + block[$1, $1] }
        }
    }
}
