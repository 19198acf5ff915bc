import RealModule

/// The Ising model on the diamond hierarchical lattice, whose renormalization is exact
/// [BerkerOstlund79]: K′ = ln cosh 2K.
///
/// Its free energy solves a renormalization equation with λ the slope at the fixed point, so that it has
/// log-periodic corrections at the critical point [DerridaItzyksonLuck84].
public enum DiamondLattice {
    /// K*, where K′ = K.
    public static let criticalCoupling: Double = {
        var coupling = 0.6
        for _ in 0..<60 {
            let value = Double.log(.cosh(2 * coupling)) - coupling
            coupling -= value / (2 * .tanh(2 * coupling) - 1)
        }
        return coupling
    }()

    /// λ = dK′/dK at the fixed point.
    public static let eigenvalue = 2 * Double.tanh(2 * criticalCoupling)

    /// y_T = ln λ/ln 2.
    public static let thermalExponent = Double.log(eigenvalue) / .log(2)

    /// α = 2 − d/y_T of the specific heat, for the dimension d = 2: a step joins four bonds.
    public static let specificHeatExponent = 2 - 2 / thermalExponent

    /// ω = 2π/ln λ of the oscillations in ln |K − K*|.
    public static let angularFrequency = 2 * .pi / Double.log(eigenvalue)
}
