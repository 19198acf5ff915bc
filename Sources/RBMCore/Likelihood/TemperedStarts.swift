import RandomStreams

/// States of an RBM from which reverse chains of an annealing start, by parallel tempering.
///
/// Every second lane starts from given cases, the others from the base model, annealed from level to
/// level: put at once to β = 1, states of the base model may freeze where no slow chain goes. Lanes of
/// both kinds forget their starts at last, and then tell the same: where they do not yet, the states
/// are not those of the RBM. The first half of the sweeps is for forgetting, and a lane gives its
/// states in the second half, at equal distances. How many sweeps that takes is seen from the round
/// trips: a state that comes back from the base model has forgotten where it was.
public struct TemperedStarts: Sendable {
    /// What some lanes brought.
    public struct Outcome: Sendable {
        /// Visible states, shape `[states(of: lanes), visible]` in bytes, lane by lane.
        public let states: [UInt8]
        /// ln p*_γ(v)/p*_β(v) of each pair of neighbouring levels β < γ, of the state at β and of that
        /// at γ, shape `[lanes, sweeps, pairs, 2]`; empty unless they were asked for.
        ///
        /// The weights are those of the products.
        public let ratios: [Double]
        /// How many states came from β = 1 to the lowest level and back.
        public let roundTrips: Int
        /// How many sweeps each lane made.
        public let sweeps: Int
    }

    /// The most lanes that share the states among them.
    ///
    /// Few long lanes forget their starts better than many short ones at the same cost.
    public static let usualLanes = 10

    /// The least number of sweeps after which a run may end before its last one.
    private static let leastSweeps = 250

    /// The sweeps at each level of states that are annealed from the base model.
    private static let sweepsOfLevel = 8

    /// Lanes of all processes.
    public let lanes: Int
    /// How many states a lane gives.
    public let statesPerLane: Int
    /// The most sweeps of each lane.
    public let sweeps: Int
    public let path: TemperingPath

    /// States of all lanes of all processes.
    public var count: Int { lanes * statesPerLane }

    /// Plans the sweeps.
    ///
    /// - Parameters:
    ///   - least: The least number of states, at least 1; the last lane may bring a few more.
    ///   - sweeps: The most of each lane. They are raised to two for each state of a lane.
    ///   - mostLanes: The most lanes that share the states among them.
    public init(
        atLeast least: Int, sweeps: Int, path: TemperingPath, mostLanes: Int = Self.usualLanes
    ) {
        precondition(least > 0, "\(least) states")
        self.path = path
        statesPerLane = (least + mostLanes - 1) / mostLanes
        lanes = (least + statesPerLane - 1) / statesPerLane
        self.sweeps = max(sweeps, 2 * statesPerLane)
    }

    /// Whether a lane starts from cases.
    public static func startsFromCases(_ lane: Int) -> Bool { lane % 2 == 1 }

    /// The global numbers of the states of some lanes.
    public func states(of lanes: Range<Int>) -> Range<Int> {
        (lanes.lowerBound * statesPerLane)..<(lanes.upperBound * statesPerLane)
    }

    /// After how many sweeps a run may end, rising: the most, and what halving leaves of them, down to
    /// the least that are worth making.
    public var ends: [Int] {
        var ends = [sweeps]
        while let first = ends.first, first / 2 >= max(Self.leastSweeps, 2 * statesPerLane) {
            ends.insert(first / 2, at: 0)
        }
        return ends
    }

    /// Runs some lanes.
    ///
    /// - Parameters:
    ///   - lanes: Global numbers.
    ///   - cases: States for each level of each of these lanes that starts from cases, shape
    ///     `[…, levels, visible]` in bytes; nil to start all lanes from the base model.
    ///   - rounding: The states follow the RBM with its weights rounded so.
    ///   - keepsRatios: Whether the outcome has the ratios between neighbouring levels.
    ///   - progress: Receives the share of the work that is done, in [0, 1].
    ///   - mayEnd: Receives at each of the `ends` but the last how many round trips these lanes have
    ///     made in the second half of their sweeps, and says whether that is all. It must say the same
    ///     in all processes, also in those without lanes.
    public func run(
        _ machine: any Machine, lanes: Range<Int>, cases: [UInt8]?, arithmetic kind: ArithmeticKind,
        rounding: FrozenRounding = .finest, seed: UInt64, layer: Int, keepsRatios: Bool = false,
        progress: (Double) -> Void = { _ in },
        mayEnd: (_ roundTrips: Int) throws -> Bool
    ) rethrows -> Outcome {
        guard !lanes.isEmpty else {
            let end = try ends.dropLast().first { _ in try mayEnd(0) }
            return Outcome(states: [], ratios: [], roundTrips: 0, sweeps: end ?? sweeps)
        }
        let arithmetic = Layer(machine, arithmetic: kind, rounding: rounding)
        let bytes = arithmetic.shape.visibleBytes
        var states = annealed(
            AnnealedChains(machine, base: path.base, arithmetic: arithmetic, groups: [lanes]),
            AnnealingDraws(seed: seed, layer: layer, run: .starts), lanes: lanes, bytes: bytes)
        if let cases {
            replace(&states, lanes: lanes, by: cases, bytes: path.ladder.levels * bytes)
        }
        var chains = TemperedChains(
            machine, path: path, lanes: lanes, arithmetic: kind, rounding: rounding, seed: seed,
            layer: layer)
        chains.start(fromLevels: states)
        var kept: [[UInt8]] = []
        var ratios: [Double] = []
        var done = 0
        for end in ends {
            // The second half of the sweeps up to here; the last of its states comes from the last sweep.
            let half = end / 2
            kept = []
            var before = chains.tally.roundTrips
            while done < end {
                chains.sweep()
                if keepsRatios { ratios += Self.ratios(of: chains) }
                chains.swapStates()
                done += 1
                let late = done - (end - half)
                if late == 0 { before = chains.tally.roundTrips }
                if late > 0, late * statesPerLane / half > kept.count {
                    kept.append(chains.visible)
                }
                progress(Double(done) / Double(sweeps))
            }
            if end < sweeps, try mayEnd(chains.tally.roundTrips - before) { break }
        }
        let starts = self.states(of: lanes).flatMap { number in
            let lane = number / statesPerLane - lanes.lowerBound
            return kept[number % statesPerLane][rowRange(lane, of: bytes)]
        }
        return Outcome(
            states: starts,
            ratios: keepsRatios ? byLane(ratios, lanes: lanes.count, sweeps: done) : [],
            roundTrips: chains.tally.roundTrips, sweeps: done)
    }

    /// The ratios of all pairs of neighbouring levels after a sweep, shape `[lanes, pairs, 2]`.
    private static func ratios(of chains: borrowing TemperedChains) -> [Double] {
        let (lanes, pairs) = (chains.lanes.count, chains.ladder.pairs)
        var ratios = [Double](repeating: 0, count: lanes * pairs * 2)
        for pair in 0..<pairs {
            let lower = chains.logRatiosUp(fromLevel: pair)
            let upper = chains.logRatiosDown(fromLevel: pair + 1)
            for lane in 0..<lanes {
                ratios[2 * (lane * pairs + pair)] = lower[lane]
                ratios[2 * (lane * pairs + pair) + 1] = -upper[lane]
            }
        }
        return ratios
    }

    /// Brings ratios of the shape `[sweeps, lanes, pairs, 2]` into the shape `[lanes, sweeps, pairs, 2]`.
    private func byLane(_ ratios: [Double], lanes: Int, sweeps: Int) -> [Double] {
        let columns = 2 * path.ladder.pairs
        return (0..<lanes).flatMap { lane in
            (0..<sweeps).flatMap { ratios[rowRange($0 * lanes + lane, of: columns)] }
        }
    }

    /// Anneals a chain for each lane and takes its state at each level, shape
    /// `[lanes, levels, visible]` in bytes.
    private func annealed(
        _ chains: consuming AnnealedChains, _ draws: AnnealingDraws, lanes: Range<Int>, bytes: Int
    ) -> [UInt8] {
        let levels = path.ladder.levels
        var states = [UInt8](repeating: 0, count: lanes.count * levels * bytes)
        chains.drawFromBase(draws)
        for (level, beta) in path.ladder.betas.enumerated() {
            for sweep in 1...Self.sweepsOfLevel {
                chains.sweep(beta: beta, draws, step: level * Self.sweepsOfLevel + sweep)
            }
            let visible = chains.visible
            for lane in 0..<lanes.count {
                states.replaceSubrange(
                    rowRange(lane * levels + level, of: bytes),
                    with: visible[rowRange(lane, of: bytes)])
            }
        }
        return states
    }

    /// Puts cases into the lanes that start from cases.
    ///
    /// - Parameter bytes: Of all levels of a lane.
    private func replace(
        _ states: inout [UInt8], lanes: Range<Int>, by cases: [UInt8], bytes: Int
    ) {
        let own = lanes.filter(Self.startsFromCases)
        precondition(
            cases.count == own.count * bytes, "\(cases.count) bytes for \(own.count) lanes")
        for (number, lane) in own.enumerated() {
            states.replaceSubrange(
                rowRange(lane - lanes.lowerBound, of: bytes),
                with: cases[rowRange(number, of: bytes)])
        }
    }
}
