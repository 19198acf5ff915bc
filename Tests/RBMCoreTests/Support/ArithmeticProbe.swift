import Foundation

/// Runs `arithmetic-probe`, a program that lies beside the tests, in an environment of its own.
struct ArithmeticProbe {
    let instructionSet: String
    let threads: Int
    /// One line for each quantity: its name and its checksum.
    let checksums: [String]

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func run(_ environment: [String: String] = [:]) throws -> ArithmeticProbe {
        let program = URL(fileURLWithPath: CommandLine.arguments[0])
            .deletingLastPathComponent().appendingPathComponent("arithmetic-probe")
        let process = Process()
        process.executableURL = program
        process.environment = ProcessInfo.processInfo.environment
            .filter { $0.key != "ONEDNN_MAX_CPU_ISA" && $0.key != "OMP_NUM_THREADS" }
            // Threads that wait by spinning take minutes where tests share the cores.
            .merging(["OMP_WAIT_POLICY": "passive"]) { $1 }
            .merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let lines = output.split(separator: "\n").map(String.init)
        guard process.terminationStatus == 0, lines.count > 2, let threads = Int(lines[1]) else {
            throw Failure(
                description: "\(program.path) with \(environment) ended with status "
                    + "\(process.terminationStatus): \(output)")
        }
        return ArithmeticProbe(
            instructionSet: lines[0], threads: threads, checksums: Array(lines[2...]))
    }
}
