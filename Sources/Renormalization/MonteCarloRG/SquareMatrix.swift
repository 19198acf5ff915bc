/// A small square matrix, for a handful of couplings.
struct SquareMatrix: Equatable {
    let side: Int
    /// Row by row.
    private(set) var values: [Double]

    init(side: Int, _ element: (_ row: Int, _ column: Int) -> Double) {
        self.side = side
        values = (0..<side * side).map { element($0 / side, $0 % side) }
    }

    subscript(row: Int, column: Int) -> Double {
        get { values[row * side + column] }
        set { values[row * side + column] = newValue }
    }

    /// The upper left part of a side.
    func leading(_ side: Int) -> SquareMatrix { SquareMatrix(side: side) { self[$0, $1] } }

    /// Returns A⁻¹B of this matrix A by elimination with row exchanges; nil for a singular one.
    ///
    /// Singular is a pivot below 10⁻¹² of the largest element of its column.
    func solve(_ right: SquareMatrix) -> SquareMatrix? {
        precondition(right.side == side, "sides \(side) and \(right.side)")
        var a = self
        var b = right
        let scales = (0..<side).map { column in
            (0..<side).reduce(0) { max($0, abs(self[$1, column])) }
        }
        for column in 0..<side {
            var pivot = column
            for row in column..<side where abs(a[row, column]) > abs(a[pivot, column]) {
                pivot = row
            }
            guard abs(a[pivot, column]) > 1e-12 * scales[column] else { return nil }
            a.exchange(pivot, column)
            b.exchange(pivot, column)
            for row in 0..<side where row != column {
                let factor = a[row, column] / a[column, column]
                for k in 0..<side {
                    a[row, k] -= factor * a[column, k]
                    b[row, k] -= factor * b[column, k]
                }
            }
        }
        return SquareMatrix(side: side) { b[$0, $1] / a[$0, $0] }
    }

    /// The real eigenvalue of largest magnitude, by power iteration; nil where it does not settle
    /// within 1000 steps, as for a complex pair.
    var leadingEigenvalue: Double? {
        // No symmetry that could make it orthogonal to the eigenvector.
        var vector = (0..<side).map { 1 / Double(1 + $0) }
        var before = Double.nan
        for _ in 0..<1000 {
            let image = (0..<side).map { row in
                (0..<side).reduce(0) { $0 + self[row, $1] * vector[$1] }
            }
            let square = vector.reduce(0) { $0 + $1 * $1 }
            let value = zip(vector, image).reduce(0) { $0 + $1.0 * $1.1 } / square
            let norm = image.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm.isFinite, norm > 0 else { return norm == 0 ? 0 : nil }
            if abs(value - before) <= 1e-13 * abs(value) { return value }
            before = value
            vector = image.map { $0 / norm }
        }
        return nil
    }

    private mutating func exchange(_ i: Int, _ j: Int) {
        guard i != j else { return }
        for k in 0..<side { (self[i, k], self[j, k]) = (self[j, k], self[i, k]) }
    }
}
