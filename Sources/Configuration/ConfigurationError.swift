/// One thing that is wrong with a configuration, with its place and what mends it.
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// Where it stands: `FILE:LINE:COLUMN`, `FILE`, or the override `--set KEY.PATH=VALUE`.
    public var place: String

    /// The path of the key, such as `training.weight-decay.l2`; empty for the whole file.
    public var key: String

    /// What was found, what was expected, what to do; one line.
    public var message: String

    /// Place, key and message on one line.
    public var description: String {
        key.isEmpty ? "\(place): \(message)" : "\(place): \(key): \(message)"
    }
}

/// Everything that is wrong with a configuration, in the order of its lines.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// The exit code of a process that ends with this error.
    public static let exitCode: Int32 = 78

    /// The problems; never empty when thrown by this module.
    public var problems: [ConfigurationProblem]

    /// All problems, one per line.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
