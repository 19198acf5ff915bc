import DistributedTraining
import Ising
import Renormalization
import Reports
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

    /// Writes the file; returns what to print.
    public func run(json: Bool) throws -> String {
        let bonds = try BondRBM(size: size, coupling: coupling)
        let logZ = try bonds.logPartition()
        try AtomicFile.checkWritable(output)
        let model = Model(
            layers: [bonds.rbm], imageShape: [size, size],
            notes: [
                ModelLattice.couplingKey: "\(bonds.storedCoupling)", "log_z": "\(logZ)",
            ])
        try model.file().write(to: output)
        guard json else {
            return """
                the \(size)×\(size) Ising torus as an RBM: \(size * size) spins, \
                \(2 * size * size) hidden spins, one for each bond
                weight            \(decimal(Double(bonds.weight), 9)), ½ arccosh e^{2K} in float32
                coupling          \(decimal(bonds.storedCoupling, 12)) of that weight
                ln Z              \(decimal(logZ, 10)), exact: the torus' own and 2L²(ln 2 + K)
                written to        \(output)
                """
        }
        return """
            {"log_z": \(jsonNumber(logZ)), "coupling": \(jsonNumber(bonds.storedCoupling)), \
            "weight": \(jsonNumber(Double(bonds.weight))), "visible": \(size * size), \
            "hidden": \(2 * size * size)}
            """
    }
}
