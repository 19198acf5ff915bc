import Foundation

/// The Python of the machine, for what its users do with Wilson's files and Wilson with theirs.
public enum Python {
    /// The program: the environment's PYTHON, or `python3` of the PATH.
    private static let program = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"

    /// Whether it runs, with NumPy and safetensors.
    public static let isAvailable = (try? run(["-c", "import numpy, safetensors.numpy"])) == ""

    /// Whether it runs, with NumPy and SciPy.
    public static let hasSciPy = (try? run(["-c", "import numpy, scipy.stats"])) == ""

    struct Failure: Error { let words: String }

    /// Runs it with arguments, and returns what it prints without the last newline.
    public static func run(_ arguments: [String]) throws -> String {
        let run = try Program.start([program] + arguments)
        guard run.status == 0 else { throw Failure(words: run.words) }
        return run.output.hasSuffix("\n") ? String(run.output.dropLast()) : run.output
    }

    /// Runs a script with arguments, and returns what it prints without the last newline.
    public static func run(script: String, _ arguments: String...) throws -> String {
        try run(["-c", script] + arguments)
    }
}
