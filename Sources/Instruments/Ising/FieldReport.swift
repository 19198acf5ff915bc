import Ising
import Reports

/// The exact results of a small lattice in a field, for `wilson ising exact --field`.
public struct FieldReport {
    private let size: Int
    private let coupling: Double
    private let field: Double
    private let exact: ExactThermodynamics
    private let magnetization: Double
    private let absoluteMagnetization: Double

    public init(size: Int, coupling: Double, field: Double) throws {
        try checkCoupling(coupling)
        try checkField(field)
        guard DensityOfStates.sizes.contains(size) else {
            throw IsingError.size(
                size, allowed: DensityOfStates.sizes,
                for: "the torus in a field has no closed form, and its enumeration")
        }
        self.size = size
        self.coupling = coupling
        self.field = field
        let states = try DensityOfStates(size: size)
        exact = try states.thermodynamics(coupling: coupling, field: field)
        magnetization = try states.magnetization(coupling: coupling, field: field)
        absoluteMagnetization = try states.absoluteMagnetization(coupling: coupling, field: field)
    }

    private var rows: [(name: String, key: String, value: Double)] {
        [
            ("free energy", "free_energy", exact.freeEnergyPerSite),
            ("energy of bonds", "energy", exact.energyPerSite),
            ("specific heat", "specific_heat", exact.specificHeatPerSite),
            ("magnetization", "magnetization", magnetization),
            ("|magnetization|", "abs_magnetization", absoluteMagnetization),
        ]
    }

    /// One object with the keys of a lattice without a field; the infinite lattice has no answer.
    public var json: String {
        "{\"log_z\": \(jsonNumber(exact.logZ)), "
            + rows.map { "\"\($0.key)\": \(jsonNumber($0.value))" }.joined(separator: ", ")
            + ", \"infinite\": null}"
    }

    /// A table for people.
    public var table: String {
        let heading = "Ising model on the \(size)×\(size) torus at K = \(coupling), h = \(field)"
        return
            ([heading + ", per site"]
            + rows.map { $0.name + pad(decimal($0.value, 12), 38 - $0.name.count) }
            + ["ln Z of the torus: \(decimal(exact.logZ, 10))"]).joined(separator: "\n")
    }
}
