public import RBMCore
import Yams

// Values that stand by themselves, such as options of a command, in the notation of a configuration.

extension ConfigurationReader {
    /// Reads a text that is one value.
    ///
    /// - Throws: What is wrong with it, at places of the text.
    static func value<Value>(
        of text: String, _ notation: Notation<Value>
    ) throws(ConfigurationError) -> Value {
        let reader = ConfigurationReader(text: text, file: "value")
        let value = reader.read(notation)
        // A mapping that lacks a key is reported, and has that key's default.
        if let value, reader.problems.isEmpty { return value }
        throw ConfigurationError(sorting: reader.problems)
    }
}

extension Schedule {
    /// Reads the value of the key `schedule`.
    public init(text: String) throws(ConfigurationError) {
        self = try ConfigurationReader.value(of: text, .schedule)
    }
}

extension Momentum {
    /// Reads the value of the key `momentum`.
    public init(text: String) throws(ConfigurationError) {
        self = try ConfigurationReader.value(of: text, .momentum)
    }

    /// The momentum as a configuration has it.
    public var text: String { Notation<Momentum>.momentum.write(self, .full)?.inline ?? "" }
}

extension Interval {
    /// Reads the value of the key `warm-up`: steps or epochs, maybe none.
    public init(warmUp text: String) throws(ConfigurationError) {
        self = try ConfigurationReader.value(of: text, .trainingInterval(mayBeEmpty: true))
    }
}

extension HeldOut {
    /// Reads the value of the key `held-out`.
    public init(text: String) throws(ConfigurationError) {
        self = try ConfigurationReader.value(of: text, .heldOut)
    }
}
