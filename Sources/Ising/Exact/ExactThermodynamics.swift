/// Thermodynamics of a finite lattice, exact to rounding, which is about 10⁻¹⁵ per site.
///
/// H = −K Σ s s′ over bonds. Energies are in units of the bond strength J, and K = J/kT. N = L² is the
/// number of sites. Logarithms are natural.
public struct ExactThermodynamics: Sendable, Equatable {
    /// ln Z of the whole lattice.
    public let logZ: Double
    /// −ln Z / N.
    public let freeEnergyPerSite: Double
    /// −(∂ ln Z / ∂K) / N.
    public let energyPerSite: Double
    /// K² (∂² ln Z / ∂K²) / N.
    public let specificHeatPerSite: Double

    /// Divides ln Z and its derivatives with respect to K by the number of sites.
    init(logZ: Double, first: Double, second: Double, coupling: Double, sites: Double) {
        self.logZ = logZ
        freeEnergyPerSite = -logZ / sites
        energyPerSite = -first / sites
        // A variance is never negative, but at low temperature its rounding error can be.
        specificHeatPerSite = max(0, coupling * coupling * second / sites)
    }
}

/// Thermodynamics of the infinite lattice per site, in the units of `ExactThermodynamics`.
public struct InfiniteThermodynamics: Sendable, Equatable {
    /// −ln Z / N in the limit of large N.
    public let freeEnergyPerSite: Double
    /// −(∂ ln Z / ∂K) / N in the limit.
    public let energyPerSite: Double
    /// K² (∂² ln Z / ∂K²) / N in the limit; `.infinity` at the critical coupling.
    public let specificHeatPerSite: Double
}
