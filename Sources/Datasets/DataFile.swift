public import Configuration

/// A file of cases, and how its values are read; the words are those of the configuration.
public struct DataFile: Sendable, Equatable {
    public let path: String
    public let values: ConfiguredValues
    public let binarize: ConfiguredBinarization

    public init(_ path: String, values: ConfiguredValues, binarize: ConfiguredBinarization) {
        self.path = path
        self.values = values
        self.binarize = binarize
    }
}
