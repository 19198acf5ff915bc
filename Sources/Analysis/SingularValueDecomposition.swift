import COpenBLAS

/// The factors of a matrix u · diag(values) · vt, with the singular values in falling order.
public struct SingularValueDecomposition: Sendable, Equatable {
    /// Shape [min(rows, columns)].
    public let values: [Double]
    /// Shape [rows, min(rows, columns)].
    public let u: Matrix
    /// Shape [min(rows, columns), columns].
    public let vt: Matrix
}

extension Matrix {
    /// Returns the singular values and vectors, by divide and conquer.
    ///
    /// - Throws: `DecompositionError` when they do not converge.
    public func singularValueDecomposition() throws(DecompositionError)
        -> SingularValueDecomposition
    {
        let rank = min(rows, columns)
        var values = [Double](repeating: 0, count: rank)
        var u = [Double](repeating: 0, count: rows * rank)
        var vt = [Double](repeating: 0, count: rank * columns)
        if rank > 0 {
            // LAPACK reads columns and therefore sees the transpose, whose u and vt change places.
            var a = elements
            var (m, n, k) = (blasint(columns), blasint(rows), blasint(rank))
            var integers = [blasint](repeating: 0, count: 8 * rank)
            var status: blasint = 0
            // The first call only asks for the size of the workspace.
            var size = [0.0]
            for length in [-1, 0] as [blasint] {
                var length = length < 0 ? length : blasint(size[0])
                var work = length < 0 ? size : [Double](repeating: 0, count: Int(length))
                unsafe dgesdd_(
                    "S", &m, &n, &a, &m, &values, &vt, &m, &u, &k, &work, &length, &integers,
                    &status, 1)
                if length < 0 { size = work }
            }
            guard status == 0 else {
                throw DecompositionError(
                    description: "the singular values of a \(rows)×\(columns) matrix do not "
                        + "converge (LAPACK: \(status))")
            }
        }
        return SingularValueDecomposition(
            values: values, u: Matrix(rows: rows, columns: rank, elements: u),
            vt: Matrix(rows: rank, columns: columns, elements: vt))
    }
}
