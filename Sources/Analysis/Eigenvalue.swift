import COpenBLAS

/// One eigenvalue of a matrix of real numbers.
public struct Eigenvalue: Sendable, Equatable {
    public let real: Double
    public let imaginary: Double

    public var magnitude: Double { (real * real + imaginary * imaginary).squareRoot() }
}

extension Matrix {
    /// Returns the eigenvalues of a matrix that need not be symmetric, the largest magnitude first.
    ///
    /// - Throws: `DecompositionError` when an element is not finite, or they do not converge.
    /// - Precondition: The matrix is square.
    public func eigenvalues() throws(DecompositionError) -> [Eigenvalue] {
        precondition(rows == columns, "the eigenvalues of \(rows) rows and \(columns) columns")
        guard rows > 0 else { return [] }
        guard elements.allSatisfy(\.isFinite) else {
            throw DecompositionError(
                description: "a \(rows)×\(rows) matrix has elements that are not finite")
        }
        var a = elements
        var order = blasint(rows)
        var real = [Double](repeating: 0, count: rows)
        var imaginary = [Double](repeating: 0, count: rows)
        var one: blasint = 1
        var work = [Double](repeating: 0, count: 16 * rows)
        var length = blasint(work.count)
        var status: blasint = 0
        // A matrix and its transpose, which LAPACK sees, have the same eigenvalues.
        unsafe dgeev_(
            "N", "N", &order, &a, &order, &real, &imaginary, nil, &one, nil, &one, &work, &length,
            &status, 1, 1)
        guard status == 0 else {
            throw DecompositionError(
                description: "the eigenvalues of a \(rows)×\(rows) matrix do not converge "
                    + "(LAPACK: \(status))")
        }
        return zip(real, imaginary).map { Eigenvalue(real: $0, imaginary: $1) }
            .sorted { ($0.magnitude, $0.real) > ($1.magnitude, $1.real) }
    }

    /// The eigenvalue of largest magnitude; nil where it belongs to a complex pair, or was not found.
    public var leadingEigenvalue: Double? {
        guard let first = try? eigenvalues().first, first.imaginary == 0 else { return nil }
        return first.real
    }
}
