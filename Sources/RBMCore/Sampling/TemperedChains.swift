import RandomStreams

/// Parallel tempering of a fixed machine: each lane has a chain at every level of a ladder, from a base
/// model without weights to the RBM, and neighbours exchange their states.
///
/// Low levels cross from mode to mode, and the swaps bring what they find to the top, where the states
/// follow the RBM. Lanes are independent. Their global numbers name them, so that any division among
/// processes draws the same states. Source: [SwendsenWang86], [Hukushima96]; [Desjardins10] for RBMs.
public struct TemperedChains: ~Copyable {
    public let machine: any Machine

    /// The global numbers of these lanes.
    public var lanes: Range<Int> { states.lanes }
    public var path: TemperingPath { states.path }
    public var ladder: TemperingLadder { states.path.ladder }

    private let arithmetic: Layer
    private let seed: UInt64
    private let layer: Int
    private let role: Int
    private var states: TemperedStates

    /// How many sweeps the chains have made.
    public private(set) var sweeps = 0

    /// Creates lanes whose states are all drawn from the base model.
    ///
    /// - Parameter role: Tells apart, below 64, the random numbers of several sets of lanes of one run.
    public init(
        _ machine: any Machine, path: TemperingPath, lanes: Range<Int>,
        arithmetic kind: ArithmeticKind, rounding: FrozenRounding = .finest, seed: UInt64,
        layer: Int = 0, role: Int = 0
    ) {
        self.machine = machine
        self.seed = seed
        self.layer = layer
        self.role = role
        arithmetic = Layer(machine, arithmetic: kind, rounding: rounding)
        states = TemperedStates(arithmetic.shape, path: path, lanes: lanes)
        states.drawFromBase(arithmetic, stream(.start))
    }

    /// Does the same from the base that `AnnealedImportanceSampling` has.
    ///
    /// - Parameter baseBias: The biases a of the base model, shape `[visible]`; nil for those of annealing
    ///   without data.
    public init(
        _ machine: any Machine, baseBias: [Float]? = nil, ladder: TemperingLadder,
        lanes: Range<Int>,
        arithmetic kind: ArithmeticKind, seed: UInt64, layer: Int = 0, role: Int = 0
    ) {
        self.init(
            machine,
            path: TemperingPath(
                base: TemperingBase(plainFor: machine, visibleBias: baseBias), ladder: ladder),
            lanes: lanes, arithmetic: kind, seed: seed, layer: layer, role: role)
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

    /// Holds visible units at every level of a lane, now and after every sweep.
    ///
    /// The free units at β = 1 then follow the RBM given the held ones, and those below their own level's
    /// machine: a swap compares states that are held alike.
    ///
    /// - Parameter states: Bytes as `Clamp` has them, shape `[lanes, visibleBytes]`.
    public mutating func hold(_ states: [UInt8]) {
        self.states.hold(arithmetic, states)
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

    /// Goes on with another path: each of its levels takes over the state of the nearest old level at
    /// its β or below.
    ///
    /// States of another β have to be forgotten by sweeps before anything is measured.
    public mutating func change(to path: TemperingPath) {
        states.change(to: path)
        states.findFields(arithmetic)
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
        states.drawHidden(arithmetic, stream(.hidden))
        states.drawVisible(arithmetic, stream(.visible))
        states.findRatios(arithmetic, bias: machine.visibleBiases)
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

    /// Adds the levels of the visible states at β = 1, and the means of the hidden levels given them, to
    /// sums of each lane.
    ///
    /// - Parameter sums: For each lane first one for each visible unit, then one for each hidden unit.
    mutating func addMarginals(to sums: inout [[Double]]) {
        let (states, rows) = (visible, 0..<lanes.count)
        let shape = arithmetic.shape
        var means = [Float](repeating: 0, count: lanes.count * shape.hidden)
        arithmetic.hiddenProbabilities(states, rows: rows, into: &means)
        var levels: [Float] = []
        for row in rows {
            readLevels(
                stored: shape.encoding, states.span, row: row, count: shape.visible, into: &levels)
            for i in 0..<shape.visible { sums[row][i] += Double(levels[i]) }
            for j in 0..<shape.hidden {
                sums[row][shape.visible + j] += Double(means[row * shape.hidden + j])
            }
        }
    }

    /// How the swaps since the last `clearTally` went, of these lanes alone.
    public var tally: SwapTally { states.tally }

    public mutating func clearTally() { states.clearTally() }
}
