import ArgumentParser
import DistributedTraining
import Foundation

/// Runs a command that needs no other process, without MPI; ends with the exit code of its error.
///
/// Started under mpirun all the same, rank 0 does it and the others do nothing.
func alone(_ body: () throws -> Void) throws {
    guard Launch.rank == 0 else { return }
    do {
        try body()
    } catch let error where error is ExitCode || error is CleanExit || error is ValidationError {
        throw error
    } catch {
        FileHandle.standardError.write(Data("wilson: error: \(error)\n".utf8))
        throw ExitCode(ExitStatus.of(error))
    }
}
