import Ising
import ModelFiles
import Renormalization
public import Reports
import Storage

/// Writes the exact RBM of an Ising torus with its known ln Z, for `wilson rg bond-rbm`.
public struct BondRBMRun {
    private let size: Int
    private let coupling: Double
    private let output: String

    public init(size: Int, coupling: Double, output: String) {
        self.size = size
        self.coupling = coupling
        self.output = output
    }

    /// Local.
    ///
    /// Writes the file.
    public func run() throws -> BondRBMReport {
        let bonds = try BondRBM(size: size, coupling: coupling)
        let logZ = try bonds.logPartition()
        try AtomicFile.checkWritable(output)
        let model = Model(
            layers: [bonds.rbm], imageShape: [size, size],
            notes: [
                ModelLattice.couplingKey: "\(bonds.storedCoupling)", "log_z": "\(logZ)",
            ])
        try model.file().write(to: output)
        return BondRBMReport(
            logZ: logZ, coupling: bonds.storedCoupling, weight: Double(bonds.weight),
            visible: size * size, hidden: 2 * size * size, size: size, output: output)
    }
}

/// The exact RBM of an Ising torus, and the file that holds it.
public struct BondRBMReport: Report, Sendable {
    let logZ: Double
    /// The coupling of the stored weight, which is rounded to a float.
    let coupling: Double
    let weight: Double
    let visible: Int
    let hidden: Int

    @NotEncoded private(set) var size: Int
    @NotEncoded private(set) var output: String

    public var table: Table {
        var table = Table(
            "the \(size)×\(size) Ising torus as an RBM: \(visible) spins, \(hidden) hidden spins, one "
                + "for each bond")
        table.columns("", .left())
        table.row("weight", "\(decimal(weight, 9)), ½ arccosh e^{2K} in float32")
        table.row("coupling", "\(decimal(coupling, 12)) of that weight")
        table.row("ln Z", "\(decimal(logZ, 10)), exact: the torus' own and 2L²(ln 2 + K)")
        table.row("written to", output)
        return table
    }
}
