import Analysis

/// Matrices for the tests, and what is calculated with them by loops.
extension Matrix {
    /// Takes rows.
    init(_ rows: [[Double]]) {
        self.init(rows: rows.count, columns: rows[0].count, elements: rows.flatMap { $0 })
    }

    /// Returns a matrix of arbitrary elements.
    static func arbitrary(_ rows: Int, _ columns: Int) -> Matrix {
        Matrix(
            rows: rows, columns: columns,
            elements: (0..<(rows * columns)).map { place in
                let digits = place * (31 + 17 * place) % 101
                return Double(digits) / 50 - 1
            })
    }

    static func identity(_ side: Int) -> Matrix {
        Matrix(rows: side, columns: side) { $0 == $1 ? 1 : 0 }
    }

    /// The matrix with rows and columns exchanged.
    var transposed: Matrix { Matrix(rows: columns, columns: rows) { self[$1, $0] } }

    /// Returns the product by loops.
    func timesByLoops(_ other: Matrix) -> Matrix {
        Matrix(rows: rows, columns: other.columns) { row, column in
            (0..<columns).reduce(0) { $0 + self[row, $1] * other[$1, column] }
        }
    }

    /// Returns the largest difference of two elements; infinite for another shape.
    func distance(to other: Matrix) -> Double {
        guard rows == other.rows, columns == other.columns else { return .infinity }
        return zip(elements, other.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
}
