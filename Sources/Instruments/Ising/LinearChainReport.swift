public import Ising
import Reports

/// The exact results of the chain, for `wilson ising chain`.
public struct LinearChainReport {
    /// Lengths up to this keep their digits in ln Z.
    private static let longest = 1 << 40

    private let size: Int
    private let ends: LinearChain.Ends
    private let coupling: Double
    private let field: Double
    private let finite: LinearChainThermodynamics
    private let infinite: LinearChainThermodynamics

    public init(size: Int, ends: LinearChain.Ends, coupling: Double, field: Double) throws {
        try checkCoupling(coupling)
        try checkField(field)
        guard size <= Self.longest else {
            throw IsingError.size(size, allowed: 1...Self.longest, for: "the chain")
        }
        self.size = size
        self.ends = ends
        self.coupling = coupling
        self.field = field
        finite = try LinearChain.finite(size: size, ends: ends, coupling: coupling, field: field)
        infinite = try LinearChain.infinite(coupling: coupling, field: field)
    }

    private func rows(_ chain: LinearChainThermodynamics) -> [(
        name: String, key: String, value: Double
    )] {
        [
            ("free energy", "free_energy", chain.freeEnergyPerSite),
            ("energy of bonds", "energy", chain.energyPerSite),
            ("specific heat", "specific_heat", chain.specificHeatPerSite),
            ("magnetization", "magnetization", chain.magnetizationPerSite),
            ("susceptibility", "susceptibility", chain.susceptibilityPerSite),
        ]
    }

    /// One object with the keys of `wilson ising exact`, the magnetization and the susceptibility.
    public var json: String {
        func entries(_ chain: LinearChainThermodynamics) -> String {
            rows(chain).map { "\"\($0.key)\": \(jsonNumber($0.value))" }.joined(separator: ", ")
        }
        return "{\"log_z\": \(jsonNumber(finite.logZ)), \(entries(finite)), "
            + "\"infinite\": {\(entries(infinite))}}"
    }

    /// A table for people.
    public var table: String {
        var lines = [
            "Ising chain at K = \(coupling), h = \(field), per site",
            pad("", 16) + pad("\(ends.rawValue), \(size) spins", 22) + pad("infinite chain", 22),
        ]
        for (finite, infinite) in zip(rows(finite), rows(infinite)) {
            lines.append(
                finite.name + String(repeating: " ", count: 16 - finite.name.count)
                    + pad(decimal(finite.value, 12), 22) + pad(decimal(infinite.value, 12), 22))
        }
        lines.append("ln Z of the chain: \(decimal(finite.logZ, 10))")
        return lines.joined(separator: "\n")
    }
}
