/// Solves the one-dimensional model in a field, H = −K Σ s s′ − h Σ s, by its 2×2 transfer matrix.
public enum LinearChain {
    /// Whether the two ends of a chain are neighbours.
    public enum Ends: String, Sendable, CaseIterable {
        /// They are not: the chain has N − 1 bonds.
        case open
        /// They are: the chain has N bonds, and a chain of two spins has two bonds between them.
        case periodic
    }

    /// The largest magnitude of couplings and fields that is accepted; stronger ones leave one state.
    public static let strongest = 100.0

    /// Returns ln Z of a chain with its derivatives, for any length.
    ///
    /// - Parameters:
    ///   - size: N, at least 1 for an open chain and 2 for a periodic one.
    /// - Throws: `IsingError` for a size, coupling or field out of range.
    public static func finite(size: Int, ends: Ends, coupling: Double, field: Double = 0)
        throws(IsingError) -> LinearChainThermodynamics
    {
        let smallest = ends == .open ? 1 : 2
        guard size >= smallest else {
            throw .size(size, allowed: smallest...Int.max, for: "the \(ends.rawValue) chain")
        }
        try check(coupling: coupling, field: field)
        return LinearChainThermodynamics(coupling: coupling, field: field, sites: Double(size)) {
            LinearChainTransferMatrix(coupling: $0, field: $1).logPartition(size: size, ends: ends)
        }
    }

    /// Returns ln Z per site of the infinite chain with its derivatives; without a field, ln Z is
    /// ln 2cosh K.
    ///
    /// - Throws: `IsingError` for a coupling or field out of range.
    public static func infinite(coupling: Double, field: Double = 0) throws(IsingError)
        -> LinearChainThermodynamics
    {
        try check(coupling: coupling, field: field)
        return LinearChainThermodynamics(coupling: coupling, field: field, sites: 1) {
            LinearChainTransferMatrix(coupling: $0, field: $1).logLargest
        }
    }

    /// Refuses a coupling or field out of range.
    static func check(coupling: Double, field: Double) throws(IsingError) {
        for (name, value) in [("coupling", coupling), ("field", field)]
        where !(value.magnitude <= strongest) {
            throw .outOfRange(name, value, allowed: -strongest...strongest)
        }
    }
}
