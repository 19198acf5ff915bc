/// The model phase of a step: chains whose last states stand for the distribution of the model.
///
/// ∂ ln p/∂W = ⟨v hᵀ⟩_data − ⟨v hᵀ⟩_model, and a negative phase finds the second mean. It is a value:
/// its settings, and its own state, which it begins, moves on, saves and restores by itself.
public protocol NegativePhase: Sendable {
    /// The name in configurations.
    static var name: String { get }

    /// Whether there are chains that live from step to step, whose number can be chosen.
    static var keepsChains: Bool { get }

    /// Whether hidden units may be dropped.
    static var takesDropout: Bool { get }

    /// Whether processes may divide the hidden units among them.
    static var dividesHidden: Bool { get }

    /// Creates the phase as it is before a run.
    init(_ settings: ChainSettings)

    /// Gibbs sweeps of a step, at least one.
    var sweeps: Int { get }

    /// Whether the chains of a step start at its data, one at each case of the batch.
    ///
    /// Then the hidden means of the data are known before the chains move. Otherwise they are found in
    /// one product with the last ones of the chains.
    var startsFromData: Bool { get }

    /// How many chains of all processes live from step to step; 0 if none do.
    var chainCount: Int { get }

    /// Draws the chains of this process at the start of a run.
    ///
    /// - Parameter own: Their numbers among all chains.
    mutating func begin(_ own: Range<Int>, from start: ChainStart)

    /// Moves the chains of this process on by one step.
    ///
    /// When this returns, the rows of both phases hold the visible states and hidden means of which the
    /// statistics are made.
    mutating func advance(_ phases: inout StepPhases)

    /// Writes the state of this process into a tree: tensors of bytes with a row for each chain.
    ///
    /// The rows of all processes, one process after the other, make up the state of the run.
    ///
    /// - Parameter hidden: The hidden units of the layer.
    func save(into state: inout StateTree, hidden: Int)

    /// Takes the state of this process out of the tree of a run.
    ///
    /// - Parameters:
    ///   - own: The numbers of its chains among all chains.
    ///   - spec: The layer.
    mutating func restore(
        _ own: Range<Int>, from state: StateTree, of spec: LayerSpec
    ) throws(StateFault)

    /// What processes have to add up after the last step, and give to `adapt`; nil where there is
    /// nothing.
    ///
    /// It is nil or not on all processes alike, and has as many numbers on each. Processes that divide the
    /// hidden units add up as well: each gives what no other of them gives.
    var census: [Int64]? { get }

    /// Adapts the chains to the sums of all processes.
    mutating func adapt(to census: [Int64])

    /// The share of swaps between chains that is accepted; nil where chains do not swap.
    var swapAcceptance: Double? { get }

    /// How often states of this process's chains have gone to the weakest machine and back; nil where
    /// chains do not swap.
    var roundTrips: Int? { get }
}

extension NegativePhase {
    public static var takesDropout: Bool { true }
    public static var dividesHidden: Bool { false }
    public var census: [Int64]? { nil }
    public mutating func adapt(to census: [Int64]) {}
    public var swapAcceptance: Double? { nil }
    public var roundTrips: Int? { nil }
}

/// What configurations say of the chains of a negative phase; each phase takes what concerns it.
public struct ChainSettings: Sendable, Equatable {
    /// Gibbs sweeps of a step.
    public var sweeps: Int
    /// Chains of all processes.
    public var chains: Int
    public var tempering: Tempering
    /// Whether persistent chains of a layer of spins turn over as a whole, where that is an exact move.
    public var turnsOver: Bool

    /// The ladder of chains that exchange states.
    public struct Tempering: Sendable, Equatable {
        /// nil for as many as suit the swaps.
        public var levels: Int?
        /// The lowest β; nil for 0.
        public var lowest: Double?

        public init(levels: Int? = nil, lowest: Double? = nil) {
            self.levels = levels
            self.lowest = lowest
        }
    }

    public init(
        sweeps: Int, chains: Int, tempering: Tempering = Tempering(), turnsOver: Bool = false
    ) {
        precondition(sweeps > 0, "a negative phase needs a sweep, not \(sweeps)")
        self.sweeps = sweeps
        self.chains = chains
        self.tempering = tempering
        self.turnsOver = turnsOver
    }
}

extension NegativePhase {
    /// The name of the phase and its sweeps, such as `CD-1`.
    public var title: String { "\(Self.name.uppercased())-\(sweeps)" }

    /// How many rows the model phase of a step has over all processes.
    ///
    /// - Parameter batch: The cases of the step.
    public func rows(ofBatch batch: Int) -> Int { startsFromData ? batch : chainCount }

    /// Which rows of a step belong to a process.
    ///
    /// - Parameters:
    ///   - cases: Its part of the batch.
    ///   - batch: The cases of the step.
    ///   - chains: Its part of the chains that live from step to step.
    public func share(of cases: Range<Int>, ofBatch batch: Int, chains: Range<Int>) -> StepShare {
        StepShare(
            positive: cases, of: batch, negative: startsFromData ? cases : chains,
            of: rows(ofBatch: batch))
    }
}

/// A kind of negative phase, as configurations choose it.
public struct NegativePhaseKind: Sendable, Hashable {
    private let type: any NegativePhase.Type

    init(_ type: any NegativePhase.Type) { self.type = type }

    /// All kinds.
    public static let all: [NegativePhaseKind] = [
        .persistent, .contrastiveDivergence, .tempering,
    ]

    public var name: String { type.name }

    /// Whether there are chains that live from step to step, whose number can be chosen.
    public var keepsChains: Bool { type.keepsChains }

    /// Whether hidden units may be dropped.
    public var takesDropout: Bool { type.takesDropout }

    /// Whether processes may divide the hidden units among them.
    public var dividesHidden: Bool { type.dividesHidden }

    /// Whether chains exchange states with chains of weaker machines.
    public var isTempered: Bool { self == .tempering }

    /// Creates a phase as it is before a run.
    public func phase(_ settings: ChainSettings) -> any NegativePhase { type.init(settings) }

    public static func == (a: NegativePhaseKind, b: NegativePhaseKind) -> Bool {
        a.name == b.name
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
