import Ising
public import Reports

/// Solves a small lattice in a field exactly, for `wilson ising exact --field`.
public struct FieldRun {
    private let size: Int
    private let coupling: Double
    private let field: Double

    public init(size: Int, coupling: Double, field: Double) {
        self.size = size
        self.coupling = coupling
        self.field = field
    }

    /// Local.
    ///
    /// Counts the states of the torus by energy and magnetization, and sums over them.
    public func run() throws -> FieldReport {
        try checkCoupling(coupling)
        try checkField(field)
        guard DensityOfStates.sizes.contains(size) else {
            throw IsingError.size(
                size, allowed: DensityOfStates.sizes,
                for: "the torus in a field has no closed form, and its enumeration")
        }
        let states = try DensityOfStates(size: size)
        let exact = try states.thermodynamics(coupling: coupling, field: field)
        return FieldReport(
            size: size, coupling: coupling, field: field, logZ: exact.logZ,
            freeEnergy: exact.freeEnergyPerSite, energy: exact.energyPerSite,
            specificHeat: exact.specificHeatPerSite,
            magnetization: try states.magnetization(coupling: coupling, field: field),
            absMagnetization: try states.absoluteMagnetization(coupling: coupling, field: field))
    }
}

/// The exact results of a small lattice in a field; all but ln Z are per site.
public struct FieldReport: Report, Sendable {
    let size: Int
    let coupling: Double
    let field: Double
    /// ln Z of the whole torus.
    let logZ: Double
    let freeEnergy: Double
    /// The energy of the bonds, without that of the field.
    let energy: Double
    let specificHeat: Double
    let magnetization: Double
    let absMagnetization: Double
    /// Always absent: no solution is known for the infinite lattice in a field.
    @OrNull var infinite: Double?

    public var table: Table {
        var table = Table(
            "Ising model on the \(size)×\(size) torus at K = \(coupling), h = \(field), per site")
        table.columns("", .right())
        for (name, value) in [
            ("free energy", freeEnergy), ("energy of bonds", energy),
            ("specific heat", specificHeat), ("magnetization", magnetization),
            ("|magnetization|", absMagnetization),
        ] {
            table.row(name, decimal(value, 12))
        }
        table.line("ln Z of the torus: \(decimal(logZ, 10))")
        return table
    }
}
