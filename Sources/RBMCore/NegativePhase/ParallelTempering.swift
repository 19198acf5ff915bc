import RandomStreams

/// Parallel tempering: persistent chains that exchange states with chains of weaker machines
/// [Desjardins10], [Cho10].
///
/// Each chain is the top of a lane of `TemperedStates`, so that it leaves a mode which Gibbs sweeps do not
/// leave. The path follows the training: every `censusInterval` steps processes add up how many swaps
/// were accepted and what the means of the data were, and all change the path alike. The base has the
/// means of the data and of the hidden units given them: those of the chains would draw it to the mode
/// that most chains are in. What a process keeps between steps are the hidden states of all levels.
public struct ParallelTempering: NegativePhase {
    public static let name = "pt"
    public static let keepsChains = true
    public static let takesDropout = false
    public static let dividesHidden = true

    /// Steps from one change of the path to the next.
    static let censusInterval = 20

    /// The share of a new census in what is known of the swaps and the means.
    private static let censusShare = 0.2

    /// Independent samples that the known means stand for.
    private static let samples = 1000

    /// The most levels that are chosen.
    private static let mostLevels = 32

    public let sweeps: Int
    public let chainCount: Int
    public var startsFromData: Bool { false }

    /// The number of levels and the lowest β; nil where they follow from the swaps, and from 0.
    private let levels: Int?
    private let lowest: Double

    /// The numbers of this process's chains among all chains.
    public private(set) var own = 0..<0

    /// nil before the run begins.
    private var states: TemperedStates?

    /// The share of swaps that each pair accepts, as far as is known, shape `[pairs]`.
    private var acceptance: [Double] = []
    /// The mean levels of the data, as far as is known: of visible units, then of hidden ones.
    private var marginals: [Double] = []

    public private(set) var census: [Int64]?

    public init(_ settings: ChainSettings) {
        sweeps = settings.sweeps
        chainCount = settings.chains
        levels = settings.tempering.levels
        lowest = settings.tempering.lowest ?? 0
    }

    public mutating func begin(_ own: Range<Int>, from start: ChainStart) {
        let spec = start.layer.shape
        self.own = own
        let ladder = TemperingLadder(levels: levels ?? 2, lowest: lowest)
        acceptance = Array(repeating: 1, count: ladder.pairs)
        let undecided = start.layer.hiddenLaw.undecidedLevels(
            bias: [Float](repeating: 0, count: spec.hiddenSlice.total))
        marginals = (start.levels + undecided).map { Double($0) }
        var states = TemperedStates(spec, path: path(spec, ladder), lanes: own)
        let rows = (own.lowerBound * ladder.levels)..<(own.upperBound * ladder.levels)
        states.restore(
            hidden: start.hiddenStates(of: rows),
            haveBeenBelow: Array(repeating: false, count: rows.count),
            roundTrips: Array(repeating: 0, count: own.count))
        self.states = states
    }

    private func path(_ spec: LayerSpec, _ ladder: TemperingLadder) -> TemperingPath {
        TemperingPath(
            base: TemperingBase(
                marginals: marginals.map { $0 * Double(Self.samples) }, count: Self.samples, spec),
            ladder: ladder)
    }

    public mutating func advance(_ phases: inout StepPhases) {
        precondition(
            own.count == phases.share.negative,
            "\(own.count) chains for \(phases.share.negative) rows")
        guard var states = states.take() else { preconditionFailure("chains have not begun") }
        let layer = phases.layer
        for sweep in 0..<sweeps {
            states.clearTally()
            states.drawVisible(layer, phases.stream(.visible, sweep: sweep))
            states.findRatios(layer, bias: layer.visibleBias)
            states.swapStates(
                parity: (phases.step * sweeps + sweep) % 2, phases.stream(.swap, sweep: sweep))
            if sweep == sweeps - 1 {
                phases.takeVisible(states.states(ofLevel: states.levels - 1))
            }
            states.drawHidden(layer, phases.stream(.hidden, sweep: sweep))
        }
        phases.noteSampling()
        phases.findLastMeans()
        census = nil
        if phases.step % Self.censusInterval == 0 {
            // Processes that divide the hidden units have the same chains and cases.
            let counts = layer.group.map { $0.place == 0 } ?? true
            let accepted = states.tally.acceptance.map { counts ? $0.units : 0 }
            census =
                accepted + phases.dataMarginals(ofVisible: counts) + [
                    counts ? Int64(phases.share.positive) : 0
                ]
        }
        self.states = states
    }

    // MARK: The path

    public mutating func adapt(to census: [Int64]) {
        guard var states = states.take() else { preconditionFailure("chains have not begun") }
        precondition(
            census.count == acceptance.count + marginals.count + 1,
            "\(census.count) sums for \(acceptance.count) pairs and \(marginals.count) units")
        func means(_ sums: ArraySlice<Int64>, over count: Int64) -> [Double] {
            sums.map { FixedPointSum(units: $0).value / Double(max(1, count)) }
        }
        func renew(_ known: inout [Double], _ found: [Double]) {
            for (i, value) in zip(known.indices, found) {
                known[i] += Self.censusShare * (value - known[i])
            }
        }
        renew(&acceptance, means(census.prefix(acceptance.count), over: Int64(chainCount)))
        renew(
            &marginals,
            means(
                census.dropFirst(acceptance.count).dropLast(), over: census[census.count - 1]))
        let barrier = TemperingLadder.barrier(acceptance: acceptance)
        let ladder = states.path.ladder.respaced(
            acceptance: acceptance, levels: count(forBarrier: barrier, now: states.levels))
        acceptance = Array(
            repeating: 1 - barrier / Double(max(1, ladder.pairs)), count: ladder.pairs)
        states.change(to: path(states.spec, ladder))
        self.states = states
        self.census = nil
    }

    /// How many levels there shall be; a few too many are kept.
    private func count(forBarrier barrier: Double, now: Int) -> Int {
        if let levels { return levels }
        let wanted = min(Self.mostLevels, TemperingLadder.levels(forBarrier: barrier))
        return wanted > now || wanted < now - 2 ? wanted : now
    }

    // MARK: State

    public func save(into state: inout StateTree, hidden: Int) {
        guard let states else { preconditionFailure("chains have not begun") }
        let levels = states.levels
        let tops = (0..<own.count).flatMap { lane in
            states.hidden[rowRange(lane * levels + levels - 1, of: hidden)]
        }
        let below = (0..<own.count).flatMap { lane in
            states.hidden[lane * levels * hidden..<(lane * levels + levels - 1) * hidden]
        }
        state.set(.bytes(tops, shape: [own.count, hidden]), "chains", perHidden: true)
        state.set(
            .bytes(below, shape: [own.count, (levels - 1) * hidden]), "tempered_chains",
            perHidden: true, times: levels - 1)
        state.set(
            .bytes(states.haveBeenBelow.map { $0 ? 1 : 0 }, shape: [own.count, levels]),
            "tempered_marks")
        state.set(
            .bytes(bytes(of: states.roundTrips.map { UInt64($0) }), shape: [own.count, 8]),
            "tempered_trips")
        // The path is the same for all chains; the process of the first one writes it.
        let path =
            own.lowerBound == 0 && !own.isEmpty
            ? bytes(of: (states.path.ladder.betas + acceptance + marginals).map(\.bitPattern)) : []
        let columns = 8 * (2 * levels - 1 + marginals.count)
        state.set(.bytes(path, shape: [path.count / columns, columns]), "tempered_path")
    }

    public mutating func restore(
        _ own: Range<Int>, from state: StateTree, of spec: LayerSpec
    ) throws(StateFault) {
        let hidden = spec.hidden
        /// - Parameter times: How often each row has all hidden columns; 0 for rows of other columns.
        func rows(
            _ name: String, columns: Int, times: Int = 0
        ) throws(StateFault) -> [UInt8] {
            let found = try state.bytes(
                name, columns: columns, perHidden: times > 0, times: max(1, times))
            guard let found else {
                throw StateFault(
                    problem: "lacks `\(state.prefix)\(name)`: chains of `algorithm: pt`")
            }
            let wanted = name == "tempered_path" ? 1 : chainCount
            guard found.rows == wanted else {
                throw StateFault(
                    problem: name == "chains"
                        ? "holds \(found.rows) chains, but the run has \(chainCount)"
                        : "has \(found.rows) rows of `\(state.prefix)\(name)`, not \(wanted)")
            }
            return found.values
        }
        let tops = try rows("chains", columns: hidden, times: 1)
        let levels = (state.tensors["tempered_marks"]?.shape.last ?? 0)
        guard levels > 1, levels == self.levels ?? levels else {
            throw StateFault(
                problem: "holds chains of \(levels) levels, but the run has "
                    + (self.levels.map { "\($0)" } ?? "at least 2"))
        }
        let below = try rows(
            "tempered_chains", columns: (levels - 1) * hidden, times: levels - 1)
        let marks = try rows("tempered_marks", columns: levels)
        let trips = numbers(in: try rows("tempered_trips", columns: 8))
        let known = spec.visible + spec.hiddenSlice.total
        let path = numbers(in: try rows("tempered_path", columns: 8 * (2 * levels - 1 + known)))
            .map { Double(bitPattern: $0) }
        let betas = Array(path.prefix(levels))
        guard tops.allSatisfy({ $0 <= 1 }), below.allSatisfy({ $0 <= 1 }),
            marks.allSatisfy({ $0 <= 1 }), path.allSatisfy(\.isFinite), betas.last == 1,
            betas[0] >= 0, zip(betas, betas.dropFirst()).allSatisfy(<),
            trips.allSatisfy({ $0 < 1 << 62 })
        else { throw StateFault(problem: "holds no states and path of tempered chains") }
        self.own = own
        acceptance = Array(path[levels..<(2 * levels - 1)])
        marginals = Array(path[(2 * levels - 1)...])
        var states = TemperedStates(
            spec, path: self.path(spec, TemperingLadder(betas)), lanes: own)
        states.restore(
            hidden: own.flatMap { lane in
                below[rowRange(lane, of: (levels - 1) * hidden)] + tops[rowRange(lane, of: hidden)]
            },
            haveBeenBelow: marks[
                own.lowerBound * levels..<own.upperBound * levels
            ].map { $0 == 1 },
            roundTrips: trips[own].map { Int($0) })
        self.states = states
    }

    // MARK: What records tell

    public var swapAcceptance: Double? {
        acceptance.isEmpty ? nil : acceptance.reduce(0, +) / Double(acceptance.count)
    }

    public var roundTrips: Int? { states?.roundTrips.reduce(0, +) }
}

extension NegativePhaseKind {
    public static let tempering = NegativePhaseKind(ParallelTempering.self)
}

/// Numbers as eight bytes each, the lowest first.
private func bytes(of numbers: [UInt64]) -> [UInt8] {
    numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
}

private func numbers(in bytes: [UInt8]) -> [UInt64] {
    (0..<(bytes.count / 8)).map { place in
        (0..<8).reduce(0) { $0 | UInt64(bytes[8 * place + $1]) << (8 * $1) }
    }
}
