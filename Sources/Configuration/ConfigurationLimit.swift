extension RunConfiguration {
    /// The longest text of a configuration: much longer than one that a person writes.
    public static let mostBytes = 1 << 20
}

/// The largest values that a configuration may give.
public enum ConfigurationLimit {
    /// Units of a layer.
    static let units = 1 << 20
    /// Weights of a layer, 8 GiB in float32: what one count of MPI (a C int) can express.
    public static let weights = Int(Int32.max)
    /// Layers of a stack; the random streams number them in 8 bits.
    static let layers = 100
    /// Levels of a ladder.
    static let temperingLevels = 256
    /// Sweeps of an update; the random streams number them in 16 bits.
    static let sweeps = Int(UInt16.max)
    /// Cases of a batch, and chains.
    static let batch = 1_000_000
    static let epochs = 1_000_000
    /// The side of an Ising lattice; its square is the largest number of units.
    static let isingSize = 1 << 10
    static let isingSamples = 100_000_000
    public static let coupling = 10.0
    static let cases = Int(Int32.max)
    static let keptCheckpoints = 1_000_000
    static let patience = 1_000_000
}
