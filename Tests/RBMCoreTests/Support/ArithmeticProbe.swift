import RBMCore
import TestSupport

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
        // Threads that wait by spinning take minutes where tests share the cores.
        let own = [
            "-u", "ONEDNN_MAX_CPU_ISA", "-u", "OMP_NUM_THREADS", "-u", KernelChoice.variable,
            "OMP_WAIT_POLICY=passive",
        ]
        let run = try Program.start(
            ["env"] + own + environment.map { "\($0)=\($1)" } + [Program.path("arithmetic-probe")],
            seconds: 600)
        let lines = run.output.split(separator: "\n").map(String.init)
        guard run.status == 0, lines.count > 2, let threads = Int(lines[1]) else {
            throw Failure(
                description: "arithmetic-probe with \(environment) ended with \(run.words)")
        }
        return ArithmeticProbe(
            instructionSet: lines[0], threads: threads, checksums: Array(lines[2...]))
    }
}
