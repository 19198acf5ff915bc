/// Which keys the file or an override gives, seen from a place in the configuration.
struct GivenKeys {
    private let reader: ConfigurationReader
    /// The paths that set the value: its own, and those from which it is inherited.
    private let paths: [[String]]

    /// The keys of the whole configuration.
    init(_ reader: ConfigurationReader) { self.init(reader, [[]]) }

    private init(_ reader: ConfigurationReader, _ paths: [[String]]) {
        self.reader = reader
        self.paths = paths
    }

    /// Returns the keys seen from a key, or an element, inside.
    func inside(_ key: String) -> GivenKeys { GivenKeys(reader, paths.map { $0 + [key] }) }

    /// Returns the keys of a section that overrides another one.
    func inheriting(_ section: String) -> GivenKeys { GivenKeys(reader, paths + [[section]]) }

    /// Whether the value at the place is given.
    var isGiven: Bool { paths.contains(where: reader.isGiven) }
}
