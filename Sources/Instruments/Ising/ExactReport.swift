import Ising
public import Reports

/// Solves a lattice exactly, for `wilson ising exact`.
public struct ExactRun {
    /// The largest L: a second of work.
    private static let largestSize = 1_000_000

    private let size: Int
    private let coupling: Double

    public init(size: Int, coupling: Double) {
        self.size = size
        self.coupling = coupling
    }

    /// Local.
    ///
    /// Sums over the modes of the torus, and integrates over those of the infinite lattice.
    public func run() throws -> ExactReport {
        try checkCoupling(coupling)
        guard size <= Self.largestSize else {
            throw IsingError.size(
                size, allowed: 2...Self.largestSize, for: "the sum over the modes of the torus")
        }
        let torus = try Kaufman.torus(size: size, coupling: coupling)
        let infinite = try Onsager.infinite(coupling: coupling)
        return ExactReport(
            size: size, coupling: coupling, logZ: torus.logZ, freeEnergy: torus.freeEnergyPerSite,
            energy: torus.energyPerSite, specificHeat: torus.specificHeatPerSite,
            infinite: ExactReport.Infinite(
                freeEnergy: infinite.freeEnergyPerSite, energy: infinite.energyPerSite,
                specificHeat: infinite.specificHeatPerSite,
                magnetization: try Onsager.magnetization(coupling: coupling)))
    }
}

/// The exact results of a lattice; all but ln Z are per site.
public struct ExactReport: Report, Sendable {
    let size: Int
    let coupling: Double
    /// ln Z of the whole torus.
    let logZ: Double
    let freeEnergy: Double
    let energy: Double
    let specificHeat: Double
    let infinite: Infinite

    /// The infinite lattice; its specific heat is infinite at K_c.
    struct Infinite: Encodable, Sendable {
        let freeEnergy: Double
        let energy: Double
        let specificHeat: Double
        /// The spontaneous magnetization.
        let magnetization: Double
    }

    public var table: Table {
        var table = Table("Ising model at K = \(coupling), per site")
        table.columns("", "\(size)×\(size) torus", "infinite lattice")
        for (name, finite, infinite) in [
            ("free energy", freeEnergy, infinite.freeEnergy),
            ("energy", energy, infinite.energy),
            ("specific heat", specificHeat, infinite.specificHeat),
        ] {
            table.row(
                name, decimal(finite, 12), infinite.isFinite ? decimal(infinite, 12) : "infinite")
        }
        table.row("magnetization", "0", decimal(infinite.magnetization, 12))
        table.line("ln Z of the torus: \(decimal(logZ, 10))")
        return table
    }
}
