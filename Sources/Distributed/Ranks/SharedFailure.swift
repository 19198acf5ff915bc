/// A failure that all ranks know.
///
/// They end together, and rank 0 alone reports it.
public struct SharedFailure: Error, CustomStringConvertible, Sendable {
    public let exitCode: Int32
    public let description: String

    /// Creates a failure that every rank finds by itself, with the same words.
    public init(exitCode: Int32, _ description: String) {
        self.exitCode = exitCode
        self.description = description
    }
}

/// An error that knows the exit code of the program.
public protocol FailureWithExitCode: Error {
    var exitCode: Int32 { get }
}

extension SharedFailure: FailureWithExitCode {}

/// The exit codes of Wilson.
public enum ExitStatus {
    public static let commandLine: Int32 = 64
    public static let badFile: Int32 = 65
    public static let noCheckpoint: Int32 = 66
    public static let internalFault: Int32 = 70
    public static let mpi: Int32 = 71
    public static let cannotWrite: Int32 = 73
    public static let noProgress: Int32 = 74
    public static let stopped: Int32 = 75
    public static let notFinite: Int32 = 76
    public static let configuration: Int32 = 78

    /// The code of any error.
    public static func of(_ error: any Error) -> Int32 {
        switch error {
        case let failure as any FailureWithExitCode: failure.exitCode
        case is MPIError: mpi
        default: internalFault
        }
    }
}

extension Communicator {
    /// Collective.
    ///
    /// Runs work that may fail on some ranks only. If it does, it fails on all ranks.
    ///
    /// Otherwise a rank that cannot open a file would leave the others waiting. The message is that
    /// of the lowest rank that failed, with its host if the ranks are on several hosts.
    public borrowing func together<Result>(_ work: () throws -> Result) throws -> Result {
        var result: Result?
        var failure: (any Error)?
        do { result = try work() } catch { failure = error }
        let first = try minimum(failure == nil ? Int64.max : Int64(rank))
        guard first < Int64.max else { return result! }
        let code = failure.map(ExitStatus.of) ?? 0
        let message = failure.map { "\(code)\n\(hostName())\n\($0)" } ?? ""
        let shared = try broadcast(message, from: Int(first))
        let parts = shared.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
        let place = size > 1 && first > 0 ? "rank \(first) on \(parts[1]): " : ""
        throw SharedFailure(exitCode: Int32(parts[0]) ?? ExitStatus.internalFault, place + parts[2])
    }
}
