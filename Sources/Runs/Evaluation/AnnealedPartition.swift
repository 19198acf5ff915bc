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

    /// ln Z along the ladder of the tempering; nil unless it was asked for.
    public let ladder: Ladder?

    /// ln Z by tempering alone, from either kind of start.
    public struct Ladder: Sendable, Equatable {
        /// How the estimates of both kinds of lanes came together: of each quarter of the sweeps.
        public struct Quarter: Encodable, Sendable, Equatable {
            public let fromBase: Double
            /// nil if no lane started from cases.
            public let fromCases: Double?
        }

        public let quarters: [Quarter]
        /// Of the last half of the sweeps, of lanes that were annealed from the base model.
        public let fromBase: Estimate
        /// Of the last half of the sweeps, of lanes that started from cases.
        public let fromCases: Estimate?
    }

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
