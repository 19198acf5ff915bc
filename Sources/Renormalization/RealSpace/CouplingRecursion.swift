import Analysis
import Ising
import RealModule

/// A renormalization of one coupling, K′ = R(K), with a fixed point between order and disorder.
///
/// Kadanoff's variational renormalization is compared with these approximations. All are in two
/// dimensions.
public enum CouplingRecursion: String, Sendable, CaseIterable {
    /// Moves every other bond of the square lattice, and then sums over every other spin; b = 2
    /// [Migdal75], [Kadanoff76].
    case migdalKadanoff = "migdal-kadanoff"
    /// Solves the lattice on which moving bonds is exact, where each bond becomes a diamond of four;
    /// b = 2 [BerkerOstlund79].
    case diamond
    /// Takes the majority of triangles on the triangular lattice, to first order in the coupling between
    /// triangles; b = √3 [NiemeijerVanLeeuwen74].
    case niemeijerVanLeeuwen = "niemeijer-van-leeuwen"
    /// Sums over every other spin of the square lattice, and expresses what follows by a coupling of
    /// neighbours; b = √2 [MarisKadanoff78].
    case marisKadanoff = "maris-kadanoff"

    /// b, the length of a block.
    public var scale: Double {
        switch self {
        case .migdalKadanoff, .diamond: 2
        case .niemeijerVanLeeuwen: 3.0.squareRoot()
        case .marisKadanoff: 2.0.squareRoot()
        }
    }

    /// The exact critical coupling of the lattice that is approximated; nil if the recursion is exact.
    public var exactCriticalCoupling: Double? {
        switch self {
        case .migdalKadanoff, .marisKadanoff: criticalCoupling
        case .niemeijerVanLeeuwen: .log(3) / 4
        case .diamond: nil
        }
    }

    /// Returns R(K).
    public func image(of coupling: Double) -> Double {
        switch self {
        case .migdalKadanoff: logCosh(4 * coupling) / 2
        case .diamond: logCosh(2 * coupling)
        case .niemeijerVanLeeuwen: 2 * coupling * majority(coupling) * majority(coupling)
        case .marisKadanoff: 3.0 / 8 * logCosh(4 * coupling)
        }
    }

    /// Returns dR/dK.
    public func derivative(at coupling: Double) -> Double {
        switch self {
        case .migdalKadanoff: return 2 * .tanh(4 * coupling)
        case .diamond: return 2 * .tanh(2 * coupling)
        case .niemeijerVanLeeuwen:
            let share = majority(coupling)
            // d/dK of (x + 1)/(x + 3) with x = e^{4K}.
            let weight = Double.exp(-4 * coupling)
            let slope = 8 * weight / ((1 + 3 * weight) * (1 + 3 * weight))
            return 2 * share * share + 4 * coupling * share * slope
        case .marisKadanoff: return 1.5 * .tanh(4 * coupling)
        }
    }

    /// The coupling K* > 0 between order and disorder with R(K*) = K*, exact to rounding.
    public var fixedPoint: Double {
        let start = bisect(0.05...2) { image(of: $0) > $0 }
        // Bisection ends where R − K is lost in rounding; one step of Newton's goes beyond that.
        return start - (image(of: start) - start) / (derivative(at: start) - 1)
    }

    /// dR/dK at the fixed point.
    public var eigenvalue: Double { derivative(at: fixedPoint) }
    /// y_T = ln λ / ln b.
    public var thermalExponent: Double { .log(eigenvalue) / .log(scale) }
    /// ν = 1/y_T.
    public var correlationExponent: Double { 1 / thermalExponent }
    /// α = 2 − 2/y_T.
    public var heatExponent: Double { 2 - 2 / thermalExponent }

    /// Returns the mean of a spin in a triangle whose majority is +1, (e^{4K} + 1)/(e^{4K} + 3).
    private func majority(_ coupling: Double) -> Double {
        let weight = Double.exp(-4 * coupling)
        return (1 + weight) / (1 + 3 * weight)
    }
}
