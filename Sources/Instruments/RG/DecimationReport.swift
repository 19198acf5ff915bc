import RBMCore
import Renormalization
import Reports

/// The flow of the decimated chain, for `wilson rg decimation`.
public struct DecimationReport {
    private let flow: [ChainDecimation]
    private let machine: MachineCheck

    /// Flows from a coupling.
    public init(coupling: Double) throws {
        try checkCoupling(coupling)
        flow = ChainDecimation.flow(from: coupling)
        machine = try MachineCheck(coupling: coupling)
    }

    private var coupling: Double { flow[0].coupling }
    private var sum: Double { ChainDecimation.logPartitionPerSite(flow) }
    /// ln 2cosh K, the free energy of the chain as it is.
    private var exact: Double { Spin().logPartition(field: coupling) }

    /// The steps until the coupling is below what a table shows.
    private var visible: ArraySlice<ChainDecimation> {
        let end = flow.firstIndex { $0.coupling.magnitude < 1e-9 } ?? flow.count - 1
        return flow[...max(0, end)]
    }

    /// One object; the flow with its start.
    public var json: String {
        let couplings = visible.map { jsonNumber($0.coupling) }
        let constants = visible.map { jsonNumber($0.constant) }
        return """
            {"coupling": \(jsonNumber(coupling)), "flow": [\(couplings.joined(separator: ", "))], \
            "constants": [\(constants.joined(separator: ", "))], \
            "log_z_per_site": \(jsonNumber(sum)), "exact": \(jsonNumber(exact)), \
            "difference": \(jsonNumber(sum - exact)), \
            "machine": {"spins": \(MachineCheck.spins), \
            "neighbour_coupling": \(jsonNumber(machine.neighbour)), \
            "expected": \(jsonNumber(machine.expected)), \
            "largest_difference": \(jsonNumber(machine.difference)), \
            "largest_other_coupling": \(jsonNumber(machine.other))}}
            """
    }

    /// A table for people.
    public var table: String {
        var lines = [
            "the Ising chain, every other spin summed over: K′ = ½ ln cosh 2K, g = ½ ln(4 cosh 2K)",
            pad("step", 4) + pad("K", 20) + pad("g", 18) + pad("Σ g/2ⁿ⁺¹", 20),
        ]
        var partial = 0.0
        var weight = 1.0
        for (index, step) in visible.enumerated() {
            weight /= 2
            partial += weight * step.constant
            let text = pad("\(index)", 5)
            lines.append(
                text + pad(decimal(step.coupling, 14), 20) + pad(decimal(step.constant, 14), 18)
                    + pad(decimal(partial, 14), 20))
        }
        lines += [
            "Σ g/2ⁿ⁺¹ over all steps   \(decimal(sum, 15))",
            "ln 2cosh K, exact         \(decimal(exact, 15))",
            """
            the step as an RBM of \(MachineCheck.spins) visible and \(MachineCheck.spins) hidden \
            spins: neighbours are coupled by \(decimal(machine.neighbour, 14)) (K′ of its float \
            weight \(decimal(machine.expected, 14))), all other couplings below \
            \(DecimationReport.scientific(machine.other))
            """,
        ]
        return lines.joined(separator: "\n")
    }

    /// The next power of ten, for a bound on rounding errors.
    private static func scientific(_ value: Double) -> String {
        var power = -17
        var bound = 1e-17
        while bound <= value, power < 300 {
            power += 1
            bound *= 10
        }
        return "1e\(power)"
    }
}

/// The couplings of the machine that is a step of decimation, found from its states.
private struct MachineCheck {
    static let spins = 8

    let expected: Double
    /// The mean over the bonds of the ring.
    let neighbour: Double
    /// How far a bond is from what is expected, and how large any other coupling is.
    let difference: Double
    let other: Double

    init(coupling: Double) throws(RenormalizationError) {
        let machine = ChainDecimation.machine(spins: Self.spins, coupling: Float(coupling))
        let spectrum = try CouplingSpectrum(MarginalHamiltonian(machine, side: .visible))
        expected = ChainDecimation(coupling: Double(Float(coupling))).image
        let bonds = (0..<Self.spins).map { 1 << $0 | 1 << (($0 + 1) % Self.spins) }
        let couplings = bonds.map { spectrum.couplings[$0] }
        neighbour = couplings.reduce(0, +) / Double(Self.spins)
        let expected = expected
        difference = couplings.reduce(0) { max($0, ($1 - expected).magnitude) }
        other = spectrum.couplings.indices.dropFirst().reduce(0) {
            bonds.contains($1) ? $0 : max($0, spectrum.couplings[$1].magnitude)
        }
    }
}
