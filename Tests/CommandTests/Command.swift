import Foundation

/// Starts the program `wilson` as a user does, alone or under mpirun.
enum Command {
    struct Result {
        let status: Int32
        let output: String
        let errors: String

        /// Everything said, for a failed expectation.
        var words: String { "status \(status)\n\(output)\n\(errors)" }
    }

    static let program =
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "wilson").path

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

    /// Runs `wilson` with arguments and waits for it.
    ///
    /// - Parameter ranks: nil to start it without mpirun.
    /// - Parameter seconds: After which it is ended; the status is then not its own.
    static func run(
        _ arguments: [String], ranks: Int? = nil, environment extra: [String: String] = [:],
        seconds: Double = 120
    ) throws -> Result {
        let mpirun = ranks.map { ["mpirun", "-np", "\($0)"] } ?? []
        return try start(mpirun + [program] + arguments, environment: extra, seconds: seconds)
    }

    /// Runs a program with arguments and waits for it.
    static func start(
        _ words: [String], environment extra: [String: String] = [:], seconds: Double = 120
    ) throws -> Result {
        let process = Process()
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

/// A folder for one test, removed with it.
final class TemporaryFolder {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.path + "/wilson-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in the folder.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a text file; returns its path.
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: file(name)))
        return file(name)
    }

    /// The bytes of a file.
    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: file(name))) }
}
