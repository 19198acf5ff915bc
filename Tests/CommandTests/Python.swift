import Foundation

/// The Python of the machine, for what Python's users do with a model.
enum Python {
    /// The program: the environment's PYTHON, or `python3` of the PATH.
    private static let program = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"

    /// Whether it runs, with NumPy and safetensors.
    static let isAvailable = (try? run(["-c", "import numpy, safetensors"])) == ""

    struct Failure: Error { let output: String }

    /// Runs it with arguments, and returns what it prints.
    static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["timeout", "120", program] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(output: text) }
        return text
    }
}
