import Foundation

/// Starts `rank-checks` under `mpirun`.
enum MPIRun {
    private static let products =
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()

    static let environment = ProcessInfo.processInfo.environment.merging([
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",  // Open MPI 4
        "OMPI_MCA_hwloc_base_binding_policy": "none",
        "OMPI_MCA_mpi_yield_when_idle": "1",
        "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",  // Open MPI 5
        "OMP_NUM_THREADS": "1",
        "SWIFT_BACKTRACE": "enable=no",
    ]) { $1 }

    /// Runs one check on `ranks` ranks; returns the job's status, its standard output and error.
    static func check(
        _ name: String, ranks: Int, environment extra: [String: String] = [:]
    ) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "mpirun", "-np", "\(ranks)", products.appending(path: "rank-checks").path, name,
        ]
        process.environment = environment.merging(extra) { $1 }
        let output = Pipe()
        // A file for the errors: two pipes read in turn may block their writer.
        let errors = FileManager.default.temporaryDirectory
            .appending(path: "wilson-rank-checks-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: errors) }
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: text, as: UTF8.self),
            (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
        )
    }
}
