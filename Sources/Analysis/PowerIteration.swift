/// Returns the largest eigenvalue of AᵀA, the square of the largest singular value of A, by power
/// iteration.
///
/// A matrix that is known only by what it makes of a vector need not be stored; and the sums have one
/// order, so that the result has the same bits on every machine, which LAPACK's has not. Stops when a
/// step changes the result by less than 10⁻¹⁴ of it, or after 10,000 steps.
///
/// - Parameters:
///   - start: A vector that must not be orthogonal to the eigenvector.
///   - apply: Returns A times a vector.
///   - applyTransposed: Returns Aᵀ times a vector.
/// - Returns: 0 where AᵀA takes the start to 0.
public func largestSquaredSingularValue(
    from start: [Double], _ apply: ([Double]) -> [Double],
    transposed applyTransposed: ([Double]) -> [Double]
) -> Double {
    var vector = start
    var before = Double.nan
    for _ in 0..<10_000 {
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard norm > 0 else { return 0 }
        let image = apply(vector.map { $0 / norm })
        // Rayleigh's quotient: the squared length of A times a unit vector.
        let value = image.reduce(0) { $0 + $1 * $1 }
        if abs(value - before) <= 1e-14 * value { return value }
        before = value
        vector = applyTransposed(image)
    }
    return before
}
