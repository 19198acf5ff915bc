import Foundation

extension RunConfiguration {
    /// Reads and validates a configuration; nothing of the world but `text` is looked at.
    ///
    /// `file` is the name in messages. Each override is `KEY.PATH=VALUE`, applied in order before
    /// anything is checked: `training.batch=200`, `layers.0.hidden=64`.
    ///
    /// - Parameter run: The resolved configuration of a run to go on with; nil to begin. A key that
    ///   nobody gives, and whose default is newer than the run, keeps the value of the run.
    /// - Throws: All problems at once: of the text, the overrides, each value, the combinations.
    public static func load(
        text: String, file: String, overrides: [String] = [],
        goingOnWith run: RunConfiguration? = nil
    ) throws(ConfigurationError) -> RunConfiguration {
        try load(
            ConfigurationReader(text: text, file: file, overrides: overrides), goingOnWith: run)
    }

    /// Reads a resolved configuration that a run has stored.
    ///
    /// The run may be older than some keys: one that is missing has its neutral value, with which runs
    /// are what they were without it, where it has one.
    public static func load(
        stored text: String, file: String
    ) throws(ConfigurationError) -> RunConfiguration {
        try load(ConfigurationReader(text: text, file: file, isStored: true))
    }

    private static func load(
        _ reader: ConfigurationReader, goingOnWith run: RunConfiguration? = nil
    ) throws(ConfigurationError) -> RunConfiguration {
        if var configuration = reader.configuration() {
            if let run { configuration.recall(from: run, given: GivenKeys(reader)) }
            reader.checkCombinations(of: configuration)
            if reader.problems.isEmpty { return configuration }
        }
        throw ConfigurationError(sorting: reader.problems)
    }

    /// Reads the file at `path` and validates it as `load(text:file:overrides:)` does.
    ///
    /// - Throws: Also when the file cannot be read or is not UTF-8.
    public static func load(
        path: String, overrides: [String] = []
    ) throws(ConfigurationError) -> RunConfiguration {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ConfigurationError(problems: [
                ConfigurationProblem(
                    place: path, key: "",
                    message: "cannot be read (\(oneLine(error.localizedDescription))); expected a "
                        + "configuration file in YAML")
            ])
        }
        guard let text = String(data: bytes, encoding: .utf8) else {
            throw ConfigurationError(problems: [
                ConfigurationProblem(
                    place: path, key: "",
                    message: "not UTF-8 text; expected a configuration file in YAML")
            ])
        }
        return try load(text: text, file: path, overrides: overrides)
    }
}
