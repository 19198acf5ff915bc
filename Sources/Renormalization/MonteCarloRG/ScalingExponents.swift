public import Analysis
import RealModule

/// The scaling exponents of one coarse graining by a factor of two.
///
/// An exponent is y = ln λ / ln 2, where λ is the leading eigenvalue of the stability matrix
/// T = ⟨S′S′⟩_c⁻¹ ⟨S′S⟩_c of derivatives ∂K′/∂K. At a critical point, and only there, these are y_T = 1/ν
/// and y_H; in the two-dimensional Ising model they are 1 and 15/8. An exponent is NaN if ⟨S′S′⟩_c is
/// singular, or if λ is not a positive number.
///
/// Source: [Swendsen79].
public struct ScalingExponents: Sendable {
    /// y_T, from the even operators.
    public let thermal: Estimate
    /// y_H, from the odd operators.
    public let magnetic: Estimate
    /// y_T from the first 1, 2, … even operators, which shows the effect of the truncation.
    public let truncatedThermal: [Estimate]
    /// y_H from the first 1, 2, … odd operators.
    public let truncatedMagnetic: [Estimate]

    /// Returns the exponents of each step of a blocking, from the finest lattice on.
    ///
    /// - Throws: `RenormalizationError.argument` if nothing was measured.
    public static func steps(
        _ correlations: OperatorCorrelations
    ) throws(RenormalizationError) -> [ScalingExponents] {
        guard !correlations.isEmpty else { throw .argument("no configuration was measured") }
        return (0..<correlations.lattices - 1).map { step in
            func truncations(_ symmetry: LatticeOperators.Symmetry) -> [Estimate] {
                Jackknife.estimates(correlations.values, columns: correlations.columns) { sums in
                    let (coarse, mixed) = OperatorCorrelations.connected(
                        sums, lattices: correlations.lattices, step: step, symmetry: symmetry)
                    return (1...coarse.rows).map {
                        exponent(coarse.leading($0), mixed.leading($0))
                    }
                }
            }
            let (even, odd) = (truncations(.even), truncations(.odd))
            return ScalingExponents(
                thermal: even[even.count - 1], magnetic: odd[odd.count - 1],
                truncatedThermal: even, truncatedMagnetic: odd)
        }
    }

    private static func exponent(_ coarse: Matrix, _ mixed: Matrix) -> Double {
        guard let value = coarse.solve(mixed)?.leadingEigenvalue, value > 0 else { return .nan }
        return .log2(value)
    }
}
