public import DistributedTraining
public import Ising

extension IsingError: FailureWithExitCode {
    /// Sizes and couplings come from the command line or the configuration.
    public var exitCode: Int32 { ExitStatus.commandLine }
}
