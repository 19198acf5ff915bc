import RandomStreams

/// Parallel tempering of a fixed RBM: each lane has a chain at every level of a ladder, from a base
/// model without weights to the RBM, and neighbours exchange their states.
///
/// Low levels cross from mode to mode, and the swaps bring what they find to the top, where the states
/// follow the RBM. Lanes are independent. Their global numbers name them, so that any division among
/// processes draws the same states. Source: [SwendsenWang86], [Hukushima96]; [Desjardins10] for RBMs.
public struct TemperedChains: ~Copyable {
    public let rbm: RBM

    /// The global numbers of these lanes.
    public var lanes: Range<Int> { states.lanes }
    public var ladder: TemperingLadder { states.ladder }

    private let arithmetic: Layer
    private let base: [Float]
    private let seed: UInt64
    private let layer: Int
    private let role: Int
    private var states: TemperedStates

    /// How many sweeps the chains have made.
    public private(set) var sweeps = 0

    /// Creates lanes whose states are all drawn from the base model.
    ///
    /// - Parameters:
    ///   - baseBias: The biases a of the base model, shape `[visible]`; nil for those that
    ///     `AnnealedImportanceSampling` takes.
    ///   - role: Tells apart, below 64, the random numbers of several sets of lanes of one run.
    public init(
        _ rbm: RBM, baseBias: [Float]? = nil, ladder: TemperingLadder, lanes: Range<Int>,
        arithmetic kind: ArithmeticKind, seed: UInt64, layer: Int = 0, role: Int = 0
    ) {
        self.init(
            rbm, baseBias: baseBias, ladder: ladder, lanes: lanes,
            arithmetic: Layer(rbm, arithmetic: kind), seed: seed, layer: layer, role: role)
    }

    /// - Parameter arithmetic: Loaded with the RBM's parameters.
    init(
        _ rbm: RBM, baseBias: [Float]?, ladder: TemperingLadder, lanes: Range<Int>,
        arithmetic: Layer, seed: UInt64, layer: Int, role: Int
    ) {
        self.rbm = rbm
        self.seed = seed
        self.layer = layer
        self.role = role
        self.arithmetic = arithmetic
        base = baseBias ?? rbm.defaultBaseBias
        states = TemperedStates(arithmetic.shape, base: base, ladder: ladder, lanes: lanes)
        states.drawFromBase(arithmetic, stream(.start))
    }

    private func stream(_ slot: Purpose.Tempering) -> RandomStream {
        RandomStream(seed: seed, .tempering(slot, layer: layer, role: role, sweep: sweeps))
    }

    /// Starts every level of a lane from the lane's visible state.
    ///
    /// - Parameter visible: Bytes as `states(ofLevel:)` returns them.
    public mutating func start(from visible: [UInt8]) {
        states.start(arithmetic, from: visible)
    }

    /// Starts every level of every lane from a state of its own.
    ///
    /// - Parameter visible: Bytes, shape `[lanes, levels, visibleBytes]`.
    public mutating func start(fromLevels visible: [UInt8]) {
        states.restore(
            visible,
            haveBeenBelow: Array(repeating: false, count: lanes.count * ladder.levels))
        states.findFields(arithmetic)
    }

    /// Goes on with another ladder: each of its levels takes over the state of the nearest old level at
    /// its β or below.
    ///
    /// States of another β have to be forgotten by sweeps before anything is measured.
    public mutating func change(to ladder: TemperingLadder) {
        let old = states.ladder.betas
        let sources = ladder.betas.map { beta in (old.lastIndex { $0 <= beta } ?? 0) }
        let bytes = arithmetic.shape.visibleBytes
        var visible: [UInt8] = []
        for lane in 0..<lanes.count {
            for level in sources {
                visible += states.visible[rowRange(lane * old.count + level, of: bytes)]
            }
        }
        states = TemperedStates(arithmetic.shape, base: base, ladder: ladder, lanes: lanes)
        start(fromLevels: visible)
    }

    /// Moves every lane on: some times a Gibbs sweep at each level, then swaps between neighbours.
    public mutating func run(sweeps count: Int) {
        for _ in 0..<count {
            sweep()
            swapStates()
        }
    }

    /// Moves every state on by one Gibbs sweep at its level, and finds the ratios of the new states.
    public mutating func sweep() {
        states.sweep(arithmetic, hidden: stream(.hidden), visible: stream(.visible))
        states.findRatios(arithmetic, bias: rbm.parameters.visibleBias)
    }

    /// Swaps states between neighbours, after a `sweep`.
    public mutating func swapStates() {
        states.swapStates(parity: sweeps % 2, stream(.swap))
        sweeps += 1
    }

    // MARK: What there is

    /// The visible states of a level, shape `[lanes, visibleBytes]`: bytes 0 or 1, or float32.
    public func visible(ofLevel level: Int) -> [UInt8] { states.states(ofLevel: level) }

    /// The visible states at β = 1, which follow the RBM.
    public var visible: [UInt8] { states.states(ofLevel: ladder.levels - 1) }

    /// ln p*_γ(v) − ln p*_β(v) for the states v that the last `sweep` found at a level β, with γ the
    /// level above, shape `[lanes]`.
    ///
    /// To be taken between `sweep` and `swapStates`. Bennett's ratio of these and of the level above's
    /// `logRatiosDown` is ln Z_γ − ln Z_β. The weights are those of the products: rounded, though at
    /// the finest scale.
    public func logRatiosUp(fromLevel level: Int) -> [Double] { logRatios(level, place: 0) }

    /// The same with γ the level below.
    public func logRatiosDown(fromLevel level: Int) -> [Double] { logRatios(level, place: 1) }

    private func logRatios(_ level: Int, place: Int) -> [Double] {
        (0..<lanes.count).map { states.ratios[2 * ($0 * ladder.levels + level) + place] }
    }

    /// How the swaps since the last `clearTally` went, of these lanes alone.
    public var tally: SwapTally { states.tally }

    public mutating func clearTally() { states.clearTally() }
}

extension RBM {
    /// The biases of the base model where no data say more: zero, or for units of real values the
    /// RBM's own.
    var defaultBaseBias: [Float] {
        visibleUnits.isDiscrete
            ? Array(repeating: 0, count: visibleCount) : parameters.visibleBias
    }
}
