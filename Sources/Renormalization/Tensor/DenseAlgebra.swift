import COpenBLAS

/// Sets the threads of all later tensor steps, which OpenBLAS runs.
public func setTensorThreads(_ count: Int) { openblas_set_num_threads(Int32(count)) }

/// Products, singular values and eigenvalues of dense row-major matrices of doubles, by OpenBLAS.
enum DenseAlgebra {
    /// Returns a·b, shape `[m, n]`.
    ///
    /// - Parameters:
    ///   - a: Shape `[m, k]`.
    ///   - b: Shape `[k, n]`.
    static func product(_ a: [Double], _ b: [Double], m: Int, n: Int, k: Int) -> [Double] {
        precondition(
            a.count == m * k && b.count == k * n,
            "shapes: a \(a.count), b \(b.count) for m \(m), n \(n), k \(k)")
        var c = [Double](repeating: 0, count: m * n)
        guard m > 0, n > 0, k > 0 else { return c }
        unsafe a.withUnsafeBufferPointer { a in
            unsafe b.withUnsafeBufferPointer { b in
                unsafe c.withUnsafeMutableBufferPointer { c in
                    unsafe cblas_dgemm(
                        CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(n),
                        blasint(k), 1, a.baseAddress!, blasint(k), b.baseAddress!, blasint(n), 0,
                        c.baseAddress!, blasint(n))
                }
            }
        }
        return c
    }

    /// The factors of a = u·diag(values)·vt, singular values in falling order.
    struct SingularValues {
        /// Shape `[min(m, n)]`.
        var values: [Double] = []
        /// Shape `[m, min(m, n)]`.
        var u: [Double] = []
        /// Shape `[min(m, n), n]`.
        var vt: [Double] = []
    }

    /// Returns the singular values and vectors of a matrix of shape `[m, n]`, by LAPACK's dgesdd.
    ///
    /// - Throws: `RenormalizationError.numerical` when they do not converge.
    static func singularValues(_ a: [Double], m: Int, n: Int) throws(RenormalizationError)
        -> SingularValues
    {
        precondition(a.count == m * n, "\(a.count) elements for \(m) rows of \(n)")
        let k = min(m, n)
        guard k > 0 else { return SingularValues() }
        // Column-major, the row-major matrix is its transpose: n rows, and u and vt change places.
        var a = a
        var result = SingularValues(
            values: Array(repeating: 0, count: k), u: Array(repeating: 0, count: m * k),
            vt: Array(repeating: 0, count: k * n))
        var rows = blasint(n)
        var columns = blasint(m)
        var rank = blasint(k)
        var integers = [blasint](repeating: 0, count: 8 * k)
        var status: blasint = 0
        // The first call only asks for the size of the workspace.
        var size = [0.0]
        for length in [-1, 0] as [blasint] {
            var length = length < 0 ? length : blasint(size[0])
            var work = length < 0 ? size : [Double](repeating: 0, count: Int(length))
            unsafe dgesdd_(
                "S", &rows, &columns, &a, &rows, &result.values, &result.vt, &rows, &result.u,
                &rank, &work, &length, &integers, &status, 1)
            if length < 0 { size = work }
        }
        guard status == 0 else {
            throw .numerical(
                "the singular values of a \(m)×\(n) matrix do not converge (LAPACK: \(status))")
        }
        return result
    }

    /// Returns the magnitudes of the eigenvalues of a matrix of shape `[n, n]`, the largest first.
    ///
    /// - Throws: `RenormalizationError.numerical` when they do not converge.
    static func eigenvalueMagnitudes(_ a: [Double], n: Int) throws(RenormalizationError)
        -> [Double]
    {
        precondition(a.count == n * n, "\(a.count) elements for \(n) rows")
        guard n > 0 else { return [] }
        var a = a
        var order = blasint(n)
        var real = [Double](repeating: 0, count: n)
        var imaginary = [Double](repeating: 0, count: n)
        var one: blasint = 1
        var work = [Double](repeating: 0, count: 16 * n)
        var length = blasint(work.count)
        var status: blasint = 0
        // Without vectors a matrix and its transpose, as LAPACK sees it, are the same question.
        unsafe dgeev_(
            "N", "N", &order, &a, &order, &real, &imaginary, nil, &one, nil, &one, &work, &length,
            &status, 1, 1)
        guard status == 0 else {
            throw .numerical(
                "the eigenvalues of a \(n)×\(n) matrix do not converge (LAPACK: \(status))")
        }
        return zip(real, imaginary).map { ($0 * $0 + $1 * $1).squareRoot() }.sorted(by: >)
    }
}
