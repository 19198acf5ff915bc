import Ranks
import RBMCore

extension StateTree {
    /// Collective.
    ///
    /// Puts the rows of all ranks' tensors one rank after the other; nil but on rank 0.
    ///
    /// - Precondition: All tensors are of bytes. All ranks have the same names and columns.
    func gathered(_ world: borrowing Communicator) throws(MPIError) -> StateTree? {
        var whole = StateTree(prefix: prefix)
        for name in tensors.keys.sorted() {
            guard case .bytes(let rows, let shape) = tensors[name] else {
                preconditionFailure("\(name) has no rows of bytes")
            }
            guard let all = try world.gather(rows) else { continue }
            let columns = shape.dropFirst()
            let bytes = all.flatMap { $0 }
            whole.set(
                .bytes(bytes, shape: [bytes.count / columns.reduce(1, *)] + columns), name)
        }
        return world.rank == 0 ? whole : nil
    }
}
