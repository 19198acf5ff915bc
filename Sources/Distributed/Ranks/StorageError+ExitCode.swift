public import Storage

extension StorageError: FailureWithExitCode {
    public var exitCode: Int32 {
        switch kind {
        case .badFile: ExitStatus.badFile
        case .allBad: ExitStatus.noCheckpoint
        case .cannotWrite: ExitStatus.cannotWrite
        }
    }
}
