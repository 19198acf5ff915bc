import COpenBLAS

extension Matrix {
    /// Solves AX = B for X, by elimination with row exchanges; nil where this matrix A is singular.
    ///
    /// A counts as singular when a pivot is at most 10⁻¹² of the largest element of its column.
    ///
    /// - Precondition: This matrix is square, and `right` has as many rows.
    public func solve(_ right: Matrix) -> Matrix? {
        precondition(
            rows == columns && right.rows == rows,
            "\(rows)×\(columns) for \(right.rows) equations")
        guard rows > 0, right.columns > 0 else { return right }
        // LAPACK takes columns.
        var factors = (0..<rows * rows).map { self[$0 % rows, $0 / rows] }
        var solution = (0..<right.elements.count).map { right[$0 % rows, $0 / rows] }
        let scales = (0..<rows).map { column in
            (0..<rows).reduce(0) { max($0, self[$1, column].magnitude) }
        }
        var (order, count) = (blasint(rows), blasint(right.columns))
        var pivots = [blasint](repeating: 0, count: rows)
        var status: blasint = 0
        unsafe dgesv_(&order, &count, &factors, &order, &pivots, &solution, &order, &status)
        guard status == 0 else { return nil }
        for pivot in 0..<rows {
            guard factors[pivot * (rows + 1)].magnitude > 1e-12 * scales[pivot] else { return nil }
        }
        return Matrix(rows: rows, columns: right.columns) { solution[$1 * rows + $0] }
    }
}
