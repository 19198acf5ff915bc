import TestSupport

/// Starts the program `wilson` as a user does, alone or under mpirun.
enum Command {
    typealias Result = Program.Result

    static let program = Program.path("wilson")

    /// Runs `wilson` with arguments and waits for it.
    ///
    /// - Parameter ranks: nil to start it without mpirun.
    /// - Parameter seconds: After which it is ended; the status is then not its own.
    static func run(
        _ arguments: [String], ranks: Int? = nil, environment: [String: String] = [:],
        seconds: Double = 120
    ) throws -> Result {
        try Program.run(
            "wilson", arguments, ranks: ranks, environment: environment, seconds: seconds)
    }
}
