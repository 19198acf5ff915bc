import RBMCore
import Renormalization
public import Reports

/// Decimates the chain again and again, for `wilson rg decimation`.
public struct DecimationRun {
    private let coupling: Double

    public init(coupling: Double) { self.coupling = coupling }

    /// Local.
    ///
    /// Follows the flow from the coupling, and checks one step with a machine.
    public func run() throws -> DecimationReport {
        try checkCoupling(coupling)
        let flow = ChainDecimation.flow(from: coupling)
        let end = flow.firstIndex { $0.coupling.magnitude < 1e-9 } ?? flow.count - 1
        let shown = flow[...max(0, end)]
        let sum = ChainDecimation.logPartitionPerSite(flow)
        let exact = Spin().logPartition(field: coupling)
        return DecimationReport(
            coupling: coupling, flow: shown.map(\.coupling), constants: shown.map(\.constant),
            logZPerSite: sum, exact: exact, difference: sum - exact,
            machine: try MachineCheck(coupling: coupling))
    }
}

/// The flow of the decimated chain.
public struct DecimationReport: Report, Sendable {
    let coupling: Double
    /// The couplings from the start to one below the digits of the table.
    let flow: [Double]
    /// The constant g of the step from each coupling.
    let constants: [Double]
    /// ln Z per site by the sum of the constants of all steps.
    let logZPerSite: Double
    /// ln 2cosh K: ln Z per site of the chain without decimation.
    let exact: Double
    let difference: Double
    fileprivate let machine: MachineCheck

    public var table: Table {
        var table = Table(
            "the Ising chain, every other spin summed over: K′ = ½ ln cosh 2K, g = ½ ln(4 cosh 2K)")
        table.columns(.right("step"), "K", "g", "Σ g/2ⁿ⁺¹")
        var partial = 0.0
        var weight = 1.0
        for (step, (coupling, constant)) in zip(flow, constants).enumerated() {
            weight /= 2
            partial += weight * constant
            table.row(
                "\(step)", decimal(coupling, 14), decimal(constant, 14), decimal(partial, 14))
        }
        table.columns("", .right())
        table.row("Σ g/2ⁿ⁺¹ over all steps", decimal(logZPerSite, 15))
        table.row("ln 2cosh K, exact", decimal(exact, 15))
        table.line(
            "the step as an RBM of \(machine.spins) visible and \(machine.spins) hidden spins: "
                + "neighbours are coupled by \(decimal(machine.neighbourCoupling, 14)) (K′ of its "
                + "float weight \(decimal(machine.expected, 14))), all other couplings are at most "
                + scientific(machine.largestOtherCoupling))
        return table
    }
}

/// The couplings of the machine that performs a step of decimation, computed from its states.
private struct MachineCheck: Encodable {
    let spins = 8
    /// The mean over the bonds of the ring.
    let neighbourCoupling: Double
    let expected: Double
    /// The largest deviation of a bond from its expected coupling.
    let largestDifference: Double
    let largestOtherCoupling: Double

    init(coupling: Double) throws(RenormalizationError) {
        let spins = spins
        let machine = ChainDecimation.machine(spins: spins, coupling: Float(coupling))
        let spectrum = try CouplingSpectrum(MarginalHamiltonian(machine, side: .visible))
        expected = ChainDecimation(coupling: Double(Float(coupling))).image
        let bonds = (0..<spins).map { 1 << $0 | 1 << (($0 + 1) % spins) }
        let couplings = bonds.map { spectrum.couplings[$0] }
        neighbourCoupling = couplings.reduce(0, +) / Double(spins)
        let expected = expected
        largestDifference = couplings.reduce(0) { max($0, ($1 - expected).magnitude) }
        largestOtherCoupling = spectrum.couplings.indices.dropFirst().reduce(0) {
            bonds.contains($1) ? $0 : max($0, spectrum.couplings[$1].magnitude)
        }
    }
}
