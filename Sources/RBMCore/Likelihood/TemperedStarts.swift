import RandomStreams

/// States of an RBM from which reverse chains of an annealing start, by parallel tempering.
///
/// Every second lane starts from given cases, the others from the base model, annealed from level to
/// level: put at once to β = 1, states of the base model may freeze where no slow chain goes. Lanes of
/// both kinds forget their starts at last, and then tell the same: where they do not yet, the states
/// are not those of the RBM. The first half of the sweeps is for forgetting, and a lane gives its
/// states in the second half, at equal distances.
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
    }

    /// The most lanes that share the states among them.
    public static let mostLanes = 20

    /// The sweeps at each level of states that are annealed from the base model.
    private static let sweepsOfLevel = 8

    /// Lanes of all processes.
    public let lanes: Int
    /// How many states a lane gives.
    public let statesPerLane: Int
    /// Sweeps of each lane.
    public let sweeps: Int
    public let path: TemperingPath

    /// States of all lanes of all processes.
    public var count: Int { lanes * statesPerLane }

    /// Plans the sweeps.
    ///
    /// - Parameters:
    ///   - least: The least number of states, at least 1; the last lane may bring a few more.
    ///   - sweeps: Of each lane. They are raised to two for each state of a lane.
    public init(atLeast least: Int, sweeps: Int, path: TemperingPath) {
        precondition(least > 0, "\(least) states")
        self.path = path
        statesPerLane = (least + Self.mostLanes - 1) / Self.mostLanes
        lanes = (least + statesPerLane - 1) / statesPerLane
        self.sweeps = max(sweeps, 2 * statesPerLane)
    }

    /// Whether a lane starts from cases.
    public static func startsFromCases(_ lane: Int) -> Bool { lane % 2 == 1 }

    /// The global numbers of the states of some lanes.
    public func states(of lanes: Range<Int>) -> Range<Int> {
        (lanes.lowerBound * statesPerLane)..<(lanes.upperBound * statesPerLane)
    }

    /// Runs some lanes.
    ///
    /// - Parameters:
    ///   - lanes: Global numbers.
    ///   - cases: States for each level of each of these lanes that starts from cases, shape
    ///     `[…, levels, visible]` in bytes; nil to start all lanes from the base model.
    ///   - keepsRatios: Whether the outcome has the ratios between neighbouring levels.
    ///   - progress: Receives the share of the work that is done, in [0, 1].
    public func run(
        _ rbm: RBM, lanes: Range<Int>, cases: [UInt8]?, arithmetic kind: ArithmeticKind,
        seed: UInt64, layer: Int, keepsRatios: Bool = false,
        progress: (Double) -> Void = { _ in }
    ) -> Outcome {
        guard !lanes.isEmpty else { return Outcome(states: [], ratios: [], roundTrips: 0) }
        let arithmetic = Layer(rbm, arithmetic: kind)
        let bytes = arithmetic.shape.visibleBytes
        var states = annealed(
            AnnealedChains(rbm, base: path.base, arithmetic: arithmetic, chains: lanes),
            AnnealingDraws(seed: seed, layer: layer, run: .starts), lanes: lanes, bytes: bytes)
        if let cases {
            replace(&states, lanes: lanes, by: cases, bytes: path.ladder.levels * bytes)
        }
        var chains = TemperedChains(
            rbm, path: path, lanes: lanes, arithmetic: kind, seed: seed, layer: layer)
        chains.start(fromLevels: states)
        var kept: [[UInt8]] = []
        let numbers = 2 * path.ladder.pairs
        var ratios = [Double](
            repeating: 0, count: keepsRatios ? lanes.count * sweeps * numbers : 0)
        for sweep in 1...sweeps {
            chains.sweep()
            if keepsRatios {
                for pair in 0..<path.ladder.pairs {
                    let lower = chains.logRatiosUp(fromLevel: pair)
                    let upper = chains.logRatiosDown(fromLevel: pair + 1)
                    for lane in 0..<lanes.count {
                        let place = (lane * sweeps + sweep - 1) * numbers + 2 * pair
                        ratios[place] = lower[lane]
                        ratios[place + 1] = -upper[lane]
                    }
                }
            }
            chains.swapStates()
            // The last of them comes from the last sweep.
            let late = sweep - (sweeps - sweeps / 2)
            if late > 0, late * statesPerLane / (sweeps / 2) > kept.count {
                kept.append(chains.visible)
            }
            progress(Double(sweep) / Double(sweeps))
        }
        let starts = self.states(of: lanes).flatMap { number in
            let lane = number / statesPerLane - lanes.lowerBound
            return kept[number % statesPerLane][rowRange(lane, of: bytes)]
        }
        return Outcome(states: starts, ratios: ratios, roundTrips: chains.tally.roundTrips)
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
