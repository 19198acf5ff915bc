import RealModule

/// The one-dimensional model in a field, by its 2×2 transfer matrix: H = −K Σ s s′ − h Σ s.
public enum LinearChain {
    /// What the two ends of a chain do.
    public enum Ends: String, Sendable, CaseIterable {
        /// Nothing: N − 1 bonds.
        case open
        /// They are neighbours: N bonds; two of them join a pair.
        case periodic
    }

    /// Couplings and fields up to this magnitude are done; stronger ones leave one state.
    public static let strongest = 100.0

    /// Returns ln Z of a chain with its derivatives, for any length.
    ///
    /// - Parameters:
    ///   - size: N ≥ 1 of an open chain, N ≥ 2 of a periodic one.
    /// - Throws: `IsingError` for other sizes, couplings and fields.
    public static func finite(size: Int, ends: Ends, coupling: Double, field: Double = 0)
        throws(IsingError) -> LinearChainThermodynamics
    {
        let smallest = ends == .open ? 1 : 2
        guard size >= smallest else {
            throw .size(size, allowed: smallest...Int.max, for: "the \(ends.rawValue) chain")
        }
        try check(coupling: coupling, field: field)
        return LinearChainThermodynamics(coupling: coupling, field: field, sites: Double(size)) {
            TransferMatrix(coupling: $0, field: $1).logPartition(size: size, ends: ends)
        }
    }

    /// Returns ln Z per site of the infinite chain with its derivatives; ln 2cosh K without a field.
    ///
    /// - Throws: `IsingError` for couplings and fields out of range.
    public static func infinite(coupling: Double, field: Double = 0) throws(IsingError)
        -> LinearChainThermodynamics
    {
        try check(coupling: coupling, field: field)
        return LinearChainThermodynamics(coupling: coupling, field: field, sites: 1) {
            TransferMatrix(coupling: $0, field: $1).logLargest
        }
    }

    static func check(coupling: Double, field: Double) throws(IsingError) {
        for (name, value) in [("coupling", coupling), ("field", field)]
        where !(value.magnitude <= strongest) {
            throw .outOfRange(name, value, allowed: -strongest...strongest)
        }
    }
}

/// Thermodynamics of a chain, exact to rounding; bonds as in `ExactThermodynamics`.
public struct LinearChainThermodynamics: Sendable, Equatable {
    /// ln Z of the whole chain; per site of the infinite one.
    public let logZ: Double
    /// −ln Z / N.
    public let freeEnergyPerSite: Double
    /// −(∂ ln Z / ∂K) / N: that of the bonds, without the field's.
    public let energyPerSite: Double
    /// K² (∂² ln Z / ∂K²) / N.
    public let specificHeatPerSite: Double
    /// (∂ ln Z / ∂h) / N.
    public let magnetizationPerSite: Double
    /// (∂² ln Z / ∂h²) / N.
    public let susceptibilityPerSite: Double

    /// Differentiates ln Z as a function of K and h.
    fileprivate init(
        coupling: Double, field: Double, sites: Double, _ logZ: (Jet, Jet) -> Jet
    ) {
        let thermal = logZ(.variable(coupling), Jet(value: field))
        let magnetic = logZ(Jet(value: coupling), .variable(field))
        self.logZ = thermal.value
        freeEnergyPerSite = -thermal.value / sites
        energyPerSite = -thermal.first / sites
        specificHeatPerSite = coupling * coupling * thermal.second / sites
        magnetizationPerSite = magnetic.first / sites
        susceptibilityPerSite = magnetic.second / sites
    }
}

/// T(s, s′) = e^{Kss′ + h(s + s′)/2} by its eigenvalues e^K cosh h ± √(e^{2K} sinh² h + e^{−2K}).
///
/// All terms are divided by e^{|K| + |h|}, so that none overflows.
private struct TransferMatrix {
    /// |K| + |h|.
    private let scale: Jet
    /// The two terms of the eigenvalues.
    private let mean: Jet
    private let root: Jet
    /// The open ends' share in either eigenvector is the middle ± this, divided by e^{|h|}.
    private let middle: Jet
    private let difference: Jet
    private let fieldScale: Jet

    init(coupling: Jet, field: Jet) {
        let k = (coupling.value < 0 ? -1.0 : 1) * coupling
        let h = (field.value < 0 ? -1.0 : 1) * field
        let aligned = (coupling - k).exponential
        let opposed = ((-1) * (coupling + k)).exponential
        let faded = ((-1) * h).exponential
        let cosh = 0.5 * (Jet(value: 1) + faded * faded)
        let sinh = 0.5 * (Jet(value: 1) - faded * faded)
        let flips = opposed * faded
        let root = (aligned * aligned * sinh * sinh + flips * flips).squareRoot
        scale = k + h
        mean = aligned * cosh
        self.root = root
        fieldScale = h
        middle = cosh
        // (e^K sinh² h + e^{−K}) / √…
        difference = (aligned * sinh * sinh + flips * faded) * root.reciprocal
    }

    /// ln λ₊.
    var logLargest: Jet { scale + (mean + root).logarithm }

    func logPartition(size: Int, ends: LinearChain.Ends) -> Jet {
        let ratio = (mean - root) * (mean + root).reciprocal
        switch ends {
        case .periodic:
            return Double(size) * logLargest + onePlusPower(ratio, size).logarithm
        case .open:
            let minor = (middle - difference) * power(ratio, size - 1)
            // e^{h/2} at either end is in the scale of the ends.
            return Double(size - 1) * logLargest + fieldScale
                + (middle + difference + minor).logarithm
        }
    }

    /// 1 + qᴺ, of which a frustrated ring leaves little: then from 1 + q, which keeps its digits.
    private func onePlusPower(_ ratio: Jet, _ size: Int) -> Jet {
        guard ratio.value < 0, size % 2 == 1 else {
            return Jet(value: 1) + power(ratio, size)
        }
        let rest = 2 * mean * (mean + root).reciprocal
        let n = Double(size)
        let base = 1 - rest.value
        return rest.apply(
            -.expMinusOne(n * .log(onePlus: -rest.value)), n * .pow(base, size - 1),
            -n * (n - 1) * .pow(base, size - 2))
    }

    private func power(_ base: Jet, _ exponent: Int) -> Jet {
        let n = Double(exponent)
        guard exponent > 0 else { return Jet(value: 1) }
        return base.apply(
            .pow(base.value, exponent), n * .pow(base.value, exponent - 1),
            exponent > 1 ? n * (n - 1) * .pow(base.value, exponent - 2) : 0)
    }
}
