public import DistributedTraining
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
