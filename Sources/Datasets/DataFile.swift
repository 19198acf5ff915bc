public import Configuration

/// A file of cases, and how its values are read; the words are those of the configuration.
public struct DataFile: Sendable, Equatable {
    public let path: String
    public let values: ConfiguredValues
    public let binarize: ConfiguredBinarization
    /// How many states a categorical unit has; nil for as many as the file shows.
    public let categories: Int?

    public init(
        _ path: String, values: ConfiguredValues, binarize: ConfiguredBinarization,
        categories: Int? = nil
    ) {
        self.path = path
        self.values = values
        self.binarize = binarize
        self.categories = categories
    }
}
