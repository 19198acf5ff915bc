public import Ising

/// Reads the temperature of configurations of the L×L torus off their energy.
///
/// It inverts the exact energy at this size [Kaufman49], which falls as the coupling grows. A single
/// number cannot tell whether a distribution is that of an Ising model at all: other observables must be
/// compared with their values at the coupling that was read.
public struct Thermometer: Sendable {
    /// What an energy says of the temperature.
    public enum Reading: Sendable, Equatable {
        /// The coupling is K.
        case coupling(Double)
        /// The energy is zero or more, which it is at no positive temperature.
        case hotterThanAny
        /// The energy is below that at `Thermometer.strongest`: the lattice is frozen, as far as energies
        /// can tell.
        case colderThanAll

        /// K, or nil if the energy has no coupling.
        public var coupling: Double? {
            if case .coupling(let value) = self { value } else { nil }
        }
    }

    /// The coupling beyond which energies differ so little that rounding would decide.
    public static let strongest = 1.5

    /// The sizes of lattices that can be read.
    public static let sizes = 2...4096

    /// L.
    public let size: Int

    /// Makes a thermometer of lattices of one size.
    ///
    /// - Throws: `RenormalizationError.argument` for a size out of range.
    public init(size: Int) throws(RenormalizationError) {
        guard Self.sizes.contains(size) else {
            throw .argument(
                "size \(size): the thermometer reads lattices of size \(Self.sizes.lowerBound) to "
                    + "\(Self.sizes.upperBound)")
        }
        self.size = size
    }

    /// Returns the coupling at which the torus has an energy, to 10⁻¹⁰ or better.
    ///
    /// - Parameter energy: −Σ s s′ / N, not NaN.
    public func reading(energy: Double) throws(IsingError) -> Reading {
        precondition(!energy.isNaN, "the energy is not a number")
        guard energy < 0 else { return .hotterThanAny }
        guard energy >= (try exact(Self.strongest).energyPerSite) else { return .colderThanAll }
        // E = −2NK + O(K³). This also keeps the square of K from vanishing below.
        guard energy < -1e-12 else { return .coupling(-energy / 2) }
        var (low, high) = (0.0, Self.strongest)
        var coupling = min(high, -energy / 2)
        // Newton's steps with e′ = −c/K², kept between bounds that close in on the root.
        for _ in 0..<200 {
            let here = try exact(coupling)
            let slope = here.specificHeatPerSite / (coupling * coupling)
            let next = coupling + (here.energyPerSite - energy) / slope
            if abs(next - coupling) < 1e-15 { break }
            if here.energyPerSite > energy { low = coupling } else { high = coupling }
            guard high - low > 1e-15 else { break }
            coupling = next > low && next < high ? next : (low + high) / 2
        }
        return .coupling(coupling)
    }

    /// Returns the standard error of a coupling that was read, given that of the energy.
    public func couplingError(energyError: Double, at coupling: Double) throws(IsingError) -> Double
    {
        guard coupling > 0 else { return energyError / 2 }
        return try energyError * coupling * coupling / exact(coupling).specificHeatPerSite
    }

    /// Returns the exact thermodynamics at a coupling.
    public func exact(_ coupling: Double) throws(IsingError) -> ExactThermodynamics {
        try Kaufman.torus(size: size, coupling: coupling)
    }

    /// Returns the coupling at which the specific heat of this size is largest, to 10⁻⁶.
    public func couplingOfLargestSpecificHeat() throws(IsingError) -> Double {
        let ratio = (5.0.squareRoot() - 1) / 2
        var (low, high) = (0.2, 0.8)
        var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
        var heats = (
            try exact(left).specificHeatPerSite, try exact(right).specificHeatPerSite
        )
        while high - low > 1e-7 {
            if heats.0 > heats.1 {
                (high, right, heats.1) = (right, left, heats.0)
                left = high - ratio * (high - low)
                heats.0 = try exact(left).specificHeatPerSite
            } else {
                (low, left, heats.0) = (left, right, heats.1)
                right = low + ratio * (high - low)
                heats.1 = try exact(right).specificHeatPerSite
            }
        }
        return (low + high) / 2
    }
}
