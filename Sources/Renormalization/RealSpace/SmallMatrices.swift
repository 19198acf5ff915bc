/// Solves a small linear system by elimination with pivots; nil for a singular matrix.
func solveLinear(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
    var rows = zip(matrix, right).map { $0 + [$1] }
    let size = right.count
    for column in 0..<size {
        let pivot =
            (column..<size).max { rows[$0][column].magnitude < rows[$1][column].magnitude }
            ?? column
        rows.swapAt(column, pivot)
        guard rows[column][column].magnitude > 1e-300 else { return nil }
        for row in column + 1..<size {
            let factor = rows[row][column] / rows[column][column]
            for k in column...size { rows[row][k] -= factor * rows[column][k] }
        }
    }
    var solution = [Double](repeating: 0, count: size)
    for row in stride(from: size - 1, through: 0, by: -1) {
        var sum = rows[row][size]
        for k in row + 1..<size { sum -= rows[row][k] * solution[k] }
        solution[row] = sum / rows[row][row]
    }
    return solution
}

/// The eigenvalue of largest magnitude of a small matrix, where it is positive and alone.
func leadingEigenvalue(_ matrix: [[Double]]) -> Double {
    var vector = [Double](repeating: 1, count: matrix.count)
    var value = 0.0
    for _ in 0..<400 {
        let image = matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
        // Along the vector itself: the quotient settles as fast as the vector does.
        let norm = vector.reduce(0) { $0 + $1 * $1 }
        value = zip(vector, image).reduce(0) { $0 + $1.0 * $1.1 } / norm
        let largest = image.reduce(0) { max($0, $1.magnitude) }
        guard largest > 0 else { return 0 }
        vector = image.map { $0 / largest }
    }
    return value
}
