public import Ranks
public import Renormalization

extension RenormalizationError: FailureWithExitCode {
    public var exitCode: Int32 {
        switch self {
        case .argument: ExitStatus.commandLine
        case .model: ExitStatus.badFile
        case .numerical: ExitStatus.internalFault
        }
    }
}

/// Turns an error that every rank finds alike into a failure that rank 0 reports for all.
func sharedFailures<Result>(_ work: () throws -> Result) throws -> Result {
    do {
        return try work()
    } catch let error as RenormalizationError {
        throw SharedFailure(exitCode: error.exitCode, error.description)
    }
}
