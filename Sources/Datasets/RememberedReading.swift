public import Configuration

/// How the training data of a model were read, as the model remembers it.
public struct RememberedReading: Equatable {
    public let values: ConfiguredValues?
    public let binarize: ConfiguredBinarization?
    public let maximum: Double?

    /// Finds what a model's notes say; nil for a model that does not say how its data were read.
    public init?(_ notes: [String: String]) {
        guard let values = notes["data.values"].flatMap(ConfiguredValues.init(rawValue:))
        else { return nil }
        self.values = values
        binarize = notes["data.binarize"].flatMap(ConfiguredBinarization.init(rawValue:))
        maximum = notes["data.maximum"].flatMap(Double.init)
    }
}

extension DataReading {
    /// The notes of a model from which `RememberedReading` reads this again.
    public var notes: [String: String] {
        var notes = ["data.values": kind.rawValue, "data.binarize": binarize.rawValue]
        if let maximum { notes["data.maximum"] = "\(maximum)" }
        return notes
    }
}
