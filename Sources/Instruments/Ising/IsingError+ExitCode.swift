public import Ising
public import Ranks

extension IsingError: FailureWithExitCode {
    /// Sizes and couplings come from the command line or the configuration.
    public var exitCode: Int32 { ExitStatus.commandLine }
}
