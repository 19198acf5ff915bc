public import Configuration

/// A file of cases, and how its values are read; the words are those of the configuration.
public struct DataFile: Sendable, Equatable {
    public let path: String
    /// What the numbers mean; nil where nobody said it.
    public let values: ConfiguredValues?
    /// How grey values become bits; nil where nobody said it.
    public let binarize: ConfiguredBinarization?
    /// The grey value that is white; nil for what the file shows.
    public let maximum: Double?
    /// How many states a categorical unit has; nil for as many as the file shows.
    public let categories: Int?
    /// What is done with values that are missing.
    public let missing: MissingValues

    public init(
        _ path: String, values: ConfiguredValues? = nil,
        binarize: ConfiguredBinarization? = nil, maximum: Double? = nil, categories: Int? = nil,
        missing: MissingValues = .refuse
    ) {
        self.path = path
        self.values = values
        self.binarize = binarize
        self.maximum = maximum
        self.categories = categories
        self.missing = missing
    }
}
