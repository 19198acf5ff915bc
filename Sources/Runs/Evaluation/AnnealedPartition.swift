public import Analysis

/// ln Z of an RBM between two bounds, and how the states were found from which its reverse chains
/// started.
public struct AnnealedPartition: Sendable, Equatable {
    /// In nats.
    public let logZ: BoundedRatio
    /// Sweeps of parallel tempering before the last of the starts.
    public let sweeps: Int
    /// Temperatures of the tempering.
    public let levels: Int
    /// How many states came from the model to the base model and back.
    public let roundTrips: Int
    /// Whether every second lane of the tempering started from cases.
    public let startsFromCases: Bool

    /// The estimate for readers who see no bounds: unless it is determined, with half of their distance
    /// as its error.
    public var cautious: Estimate {
        isDetermined
            ? logZ.ratio
            : Estimate(
                value: logZ.verdict == .rough ? logZ.ratio.value : (logZ.lower + logZ.upper) / 2,
                error: (logZ.upper - logZ.lower) / 2)
    }

    /// How the cautious estimate was found.
    public var method: String {
        "annealing there and back"
            + (isDetermined ? "" : ", \(logZ.verdict.rawValue): ± is half of its bounds")
    }

    private var isDetermined: Bool { logZ.verdict == .determined }
}
