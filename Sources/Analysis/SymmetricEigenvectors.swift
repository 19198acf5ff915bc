import COpenBLAS

extension Matrix {
    /// Returns the eigenvalues of a symmetric matrix in rising order, and its eigenvectors as columns of norm
    /// 1, by divide and conquer.
    ///
    /// Only the elements on and below the diagonal are read.
    ///
    /// - Throws: `DecompositionError` when an element is not finite, or they do not converge.
    /// - Precondition: The matrix is square.
    public func symmetricEigenvectors() throws(DecompositionError)
        -> (values: [Double], vectors: Matrix)
    {
        precondition(rows == columns, "the eigenvectors of \(rows) rows and \(columns) columns")
        guard rows > 0 else { return ([], self) }
        guard elements.allSatisfy(\.isFinite) else {
            throw DecompositionError(
                description: "a \(rows)×\(rows) matrix has elements that are not finite")
        }
        var a = elements
        var order = blasint(rows)
        var values = [Double](repeating: 0, count: rows)
        var status: blasint = 0
        // The first call only asks for the sizes of the workspaces.
        var (size, integerSize) = ([0.0], [blasint(0)])
        for isQuery in [true, false] {
            var length = isQuery ? -1 : blasint(size[0])
            var integerLength = isQuery ? -1 : integerSize[0]
            var work = isQuery ? size : [Double](repeating: 0, count: Int(length))
            var integers =
                isQuery ? integerSize : [blasint](repeating: 0, count: Int(integerLength))
            // LAPACK's upper triangle, column by column, is the lower one row by row.
            unsafe dsyevd_(
                "V", "U", &order, &a, &order, &values, &work, &length, &integers, &integerLength,
                &status, 1, 1)
            if isQuery { (size, integerSize) = (work, integers) }
        }
        guard status == 0 else {
            throw DecompositionError(
                description: "the eigenvalues of a symmetric \(rows)×\(rows) matrix do not "
                    + "converge (LAPACK: \(status))")
        }
        return (values, Matrix(rows: rows, columns: rows, elements: a).transposed)
    }
}
