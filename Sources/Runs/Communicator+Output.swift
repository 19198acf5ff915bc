public import Ranks
public import Reports
import Storage

extension Communicator {
    /// Collective.
    ///
    /// Checks, before the work, that rank 0 can write its result to a file.
    ///
    /// - Throws: The same failure on all ranks, with the exit code of output that cannot be written.
    public borrowing func checkWritable(_ path: String) throws {
        try together { if rank == 0 { try AtomicFile.checkWritable(path) } }
    }

    /// Collective.
    ///
    /// Writes a drawing on rank 0, where one is asked for.
    ///
    /// - Parameters:
    ///   - plot: Is made on rank 0 alone.
    ///   - path: nil for no drawing.
    /// - Throws: The same failure on all ranks.
    public borrowing func write(_ plot: @autoclosure () -> Plot, to path: String?) throws {
        try together {
            guard rank == 0, let path else { return }
            try AtomicFile.write(plot().svg, to: path)
        }
    }
}
