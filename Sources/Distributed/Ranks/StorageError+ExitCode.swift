public import Storage

extension StorageError: FailureWithExitCode {
    public var exitCode: Int32 {
        switch kind {
        case .badFile: ExitStatus.badFile
        case .noRoom: ExitStatus.mpi
        case .allBad: ExitStatus.noCheckpoint
        case .cannotWrite: ExitStatus.cannotWrite
        }
    }
}
