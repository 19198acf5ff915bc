import Foundation

/// Starts programs as a user does, alone or under mpirun.
public enum Program {
    /// How a program ended, and what it said.
    public struct Result: Sendable {
        public let status: Int32
        public let output: String
        public let errors: String

        /// Everything said, for a failed expectation.
        public var words: String { "status \(status)\n\(output)\n\(errors)" }
    }

    /// Lets several ranks share a core and root start them, and keeps the words of a crash short.
    private static let environment = ProcessInfo.processInfo.environment.merging([
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",  // Open MPI 4
        "OMPI_MCA_hwloc_base_binding_policy": "none",
        "OMPI_MCA_mpi_yield_when_idle": "1",
        "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",  // Open MPI 5
        "OMP_NUM_THREADS": "1",
        "SWIFT_BACKTRACE": "enable=no",
    ]) { $1 }

    /// Returns the path of a program that is built beside the tests.
    public static func path(_ name: String) -> String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: name).path
    }

    /// Runs a program that is built beside the tests, and waits for it.
    ///
    /// - Parameter ranks: nil to start it without mpirun.
    /// - Parameter seconds: After which it is ended; the status is then not its own.
    public static func run(
        _ name: String, _ arguments: [String], ranks: Int? = nil,
        environment: [String: String] = [:], seconds: Double = 120
    ) throws -> Result {
        let mpirun = ranks.map { ["mpirun", "-np", "\($0)"] } ?? []
        return try start(
            mpirun + [path(name)] + arguments, environment: environment, seconds: seconds)
    }

    /// Runs a program of the machine with arguments, and waits for it.
    ///
    /// - Parameter workingFolder: Where it runs; nil for where the tests do.
    public static func start(
        _ words: [String], environment extra: [String: String] = [:],
        in workingFolder: String? = nil, seconds: Double = 120
    ) throws -> Result {
        let process = Process()
        if let workingFolder { process.currentDirectoryURL = URL(filePath: workingFolder) }
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["timeout", "--kill-after=10", "\(Int(seconds))"] + words
        process.environment = environment.merging(extra) { $1 }
        // Files, not pipes: two pipes read in turn may block their writer.
        let folder = try TemporaryFolder()
        let output = folder.file("output")
        let errors = folder.file("errors")
        for path in [output, errors] {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: URL(filePath: output)), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: URL(filePath: errors)), as: UTF8.self))
    }
}
