public import Ranks
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
}
