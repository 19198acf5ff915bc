import Ising
import Reports

/// The exact results of a lattice, for `wilson ising exact`.
public struct ExactReport {
    /// The largest L: a second of work.
    private static let largestSize = 1_000_000

    private let size: Int
    private let coupling: Double
    private let finite: ExactThermodynamics
    private let infinite: InfiniteThermodynamics
    private let spontaneousMagnetization: Double

    public init(size: Int, coupling: Double) throws {
        self.size = size
        self.coupling = coupling
        try checkCoupling(coupling)
        guard size <= Self.largestSize else {
            throw IsingError.size(
                size, allowed: 2...Self.largestSize, for: "the sum over the modes of the torus")
        }
        finite = try Kaufman.torus(size: size, coupling: coupling)
        infinite = try Onsager.infinite(coupling: coupling)
        spontaneousMagnetization = try Onsager.magnetization(coupling: coupling)
    }

    /// One object with the keys of the contract; what is infinite is null.
    public var json: String {
        """
        {"log_z": \(jsonNumber(finite.logZ)), "free_energy": \(jsonNumber(finite.freeEnergyPerSite)), \
        "energy": \(jsonNumber(finite.energyPerSite)), \
        "specific_heat": \(jsonNumber(finite.specificHeatPerSite)), \
        "infinite": {"free_energy": \(jsonNumber(infinite.freeEnergyPerSite)), \
        "energy": \(jsonNumber(infinite.energyPerSite)), \
        "specific_heat": \(jsonNumber(infinite.specificHeatPerSite)), \
        "magnetization": \(jsonNumber(spontaneousMagnetization))}}
        """
    }

    /// A table for people.
    public var table: String {
        let torus = "\(size)×\(size) torus"
        var lines = [
            "Ising model at K = \(coupling), per site",
            pad("", 16) + pad(torus, 22) + pad("infinite lattice", 22),
        ]
        for (name, finite, infinite) in [
            ("free energy", finite.freeEnergyPerSite, infinite.freeEnergyPerSite),
            ("energy", finite.energyPerSite, infinite.energyPerSite),
            ("specific heat", finite.specificHeatPerSite, infinite.specificHeatPerSite),
        ] {
            let right = infinite.isFinite ? decimal(infinite, 12) : "infinite"
            lines.append(pad(name, 16) + pad(decimal(finite, 12), 22) + pad(right, 22))
        }
        lines.append(
            pad("magnetization", 16) + pad("0", 22) + pad(decimal(spontaneousMagnetization, 12), 22)
        )
        lines.append("ln Z of the torus: \(decimal(finite.logZ, 10))")
        return lines.joined(separator: "\n")
    }
}
