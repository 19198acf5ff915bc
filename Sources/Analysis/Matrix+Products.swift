import COpenBLAS

extension Matrix {
    /// Returns the product of two matrices.
    ///
    /// - Precondition: `a` has as many columns as `b` has rows.
    public static func * (a: Matrix, b: Matrix) -> Matrix {
        precondition(a.columns == b.rows, "\(a.columns) columns times \(b.rows) rows")
        var product = Matrix(
            rows: a.rows, columns: b.columns,
            elements: Array(repeating: 0, count: a.rows * b.columns))
        product.add(a, CblasNoTrans, b, CblasNoTrans, depth: a.columns)
        return product
    }

    /// Returns this matrix times the transpose of another.
    ///
    /// - Precondition: Both have as many columns.
    public func timesTransposed(_ b: Matrix) -> Matrix {
        precondition(columns == b.columns, "\(columns) columns times \(b.columns) transposed")
        var product = Matrix(zeros: rows, b.rows)
        product.add(self, CblasNoTrans, b, CblasTrans, depth: columns)
        return product
    }

    /// Returns the transpose of this matrix times another.
    ///
    /// - Precondition: Both have as many rows.
    public func transposedTimes(_ b: Matrix) -> Matrix {
        var product = Matrix(zeros: columns, b.columns)
        product.addTransposed(self, times: b)
        return product
    }

    /// Adds aᵀb.
    ///
    /// - Precondition: `a` and `b` have as many rows, and aᵀb has the shape of this matrix.
    public mutating func addTransposed(_ a: Matrix, times b: Matrix) {
        precondition(
            a.rows == b.rows && a.columns == rows && b.columns == columns,
            "\(a.rows)×\(a.columns) transposed times \(b.rows)×\(b.columns)")
        add(a, CblasTrans, b, CblasNoTrans, depth: a.rows)
    }

    private mutating func add(
        _ a: Matrix, _ turn: CBLAS_TRANSPOSE, _ b: Matrix, _ other: CBLAS_TRANSPOSE, depth: Int
    ) {
        guard rows > 0, columns > 0, depth > 0 else { return }
        let (m, n, k) = (blasint(rows), blasint(columns), blasint(depth))
        unsafe a.elements.withUnsafeBufferPointer { left in
            unsafe b.elements.withUnsafeBufferPointer { right in
                unsafe elements.withUnsafeMutableBufferPointer { sum in
                    unsafe cblas_dgemm(
                        CblasRowMajor, turn, other, m, n, k, 1, left.baseAddress,
                        blasint(a.columns), right.baseAddress, blasint(b.columns), 1,
                        sum.baseAddress, n)
                }
            }
        }
    }
}
