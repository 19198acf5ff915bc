/// Thermodynamics of a chain, exact to rounding, in the units of `ExactThermodynamics`.
public struct LinearChainThermodynamics: Sendable, Equatable {
    /// ln Z of the whole chain, or per site of the infinite chain.
    public let logZ: Double
    /// −ln Z / N.
    public let freeEnergyPerSite: Double
    /// −(∂ ln Z / ∂K) / N: the energy of the bonds, without that of the field.
    public let energyPerSite: Double
    /// K² (∂² ln Z / ∂K²) / N.
    public let specificHeatPerSite: Double
    /// (∂ ln Z / ∂h) / N.
    public let magnetizationPerSite: Double
    /// (∂² ln Z / ∂h²) / N.
    public let susceptibilityPerSite: Double

    /// Differentiates ln Z, a function of K and h.
    init(
        coupling: Double, field: Double, sites: Double, _ logZ: (Jet, Jet) -> Jet
    ) {
        let thermal = logZ(.variable(coupling), Jet(value: field))
        let magnetic = logZ(Jet(value: coupling), .variable(field))
        self.logZ = thermal.value
        freeEnergyPerSite = -thermal.value / sites
        energyPerSite = -thermal.first / sites
        // A variance is never negative, but its rounding error can be.
        specificHeatPerSite = max(0, coupling * coupling * thermal.second / sites)
        magnetizationPerSite = magnetic.first / sites
        susceptibilityPerSite = magnetic.second / sites
    }
}
