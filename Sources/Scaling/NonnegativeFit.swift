/// Returns the coefficients, none below 0, that give values the least sum of squared relative errors.
///
/// It tries every subset of the features by the normal equations, and so serves for a few features only.
///
/// - Parameters:
///   - rows: The features of each value.
///   - values: Above 0, one for each row.
func nonnegativeFit(_ rows: [[Double]], to values: [Double]) -> [Double] {
    let count = rows.first?.count ?? 0
    precondition(
        rows.count == values.count && count <= 8, "\(rows.count) rows of \(count) features")
    // Features in units of their largest value, so that the equations are well scaled.
    let units = (0..<count).map { i in max(rows.map { $0[i] }.max() ?? 0, .leastNormalMagnitude) }
    let scaled = zip(rows, values).map { row, value in
        zip(row, units).map { $0 / $1 / value }
    }
    var best = (error: Double(values.count), coefficients: [Double](repeating: 0, count: count))
    for subset in 1..<(1 << count) {
        let chosen = (0..<count).filter { subset >> $0 & 1 == 1 }
        guard let found = leastSquares(scaled.map { row in chosen.map { row[$0] } }),
            found.allSatisfy({ $0 >= 0 })
        else { continue }
        let error = scaled.reduce(0.0) { sum, row in
            let rest = 1 - zip(chosen, found).reduce(0) { $0 + row[$1.0] * $1.1 }
            return sum + rest * rest
        }
        // A feature that explains nothing stays out.
        guard error < best.error - 1e-12 else { continue }
        best = (error, [Double](repeating: 0, count: count))
        for (i, value) in zip(chosen, found) { best.coefficients[i] = value / units[i] }
    }
    return best.coefficients
}

/// Solves for the coefficients with which rows come nearest to 1; nil where they are not determined.
private func leastSquares(_ rows: [[Double]]) -> [Double]? {
    guard let count = rows.first?.count, rows.count >= count else { return nil }
    var matrix = (0..<count).map { i in
        (0..<count).map { j in rows.reduce(0) { $0 + $1[i] * $1[j] } }
            + [rows.reduce(0) { $0 + $1[i] }]
    }
    let largest = matrix.indices.map { matrix[$0][$0] }.max() ?? 0
    for i in 0..<count {
        guard let pivot = (i..<count).max(by: { abs(matrix[$0][i]) < abs(matrix[$1][i]) }),
            abs(matrix[pivot][i]) > 1e-10 * largest
        else { return nil }
        matrix.swapAt(i, pivot)
        for other in 0..<count where other != i {
            let factor = matrix[other][i] / matrix[i][i]
            for j in i...count { matrix[other][j] -= factor * matrix[i][j] }
        }
    }
    return (0..<count).map { matrix[$0][count] / matrix[$0][$0] }
}
