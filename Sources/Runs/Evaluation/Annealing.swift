import Analysis
public import Ranks
public import RBMCore

/// How much work an annealed estimate of ln Z takes.
public struct Annealing: Sendable, Equatable {
    /// The numbers that either of the two may be.
    public static let allowed = 2...10_000_000

    /// Ratios in the weight of a chain.
    public let temperatures: Int
    /// Chains of all ranks together, forward and again backward.
    public let chains: Int
    /// Whether ln Z is also estimated along the ladder of the tempering, which then takes four times as
    /// many sweeps.
    public let usesLadder: Bool

    /// The most that the rounding of weights may add to the gap of both ways, in nats.
    ///
    /// Coarser weights halve the products. Where they would add more, the finest are taken.
    private static let mostOfRounding = 0.1

    /// The lanes of a ladder, whose errors come from leaving out one lane at a time.
    private static let lanesOfLadder = 20

    /// How many round trips a lane makes in the second half of its sweeps, in the mean, before they end.
    ///
    /// A lane has then forgotten its start some four times over.
    private static let roundTripsOfLane = 4

    /// Into how many parts of the path the schedule is divided.
    private static let parts = 20

    public init(temperatures: Int, chains: Int, usesLadder: Bool = false) {
        self.usesLadder = usesLadder
        self.temperatures = temperatures
        self.chains = chains
    }

    /// The most sweeps of tempering before reverse chains start.
    private var startSweeps: Int { max(50, temperatures / 2) * (usesLadder ? 4 : 1) }

    /// The temperatures of the pilot runs that shape the schedule.
    private var pilotTemperatures: Int { max(2 * Self.parts, temperatures / 10) }

    /// Collective.
    ///
    /// Estimates ln Z between two bounds, each rank with a share of the chains.
    ///
    /// In integer arithmetic the estimate has the same bits on any number of ranks.
    ///
    /// - Parameters:
    ///   - cases: States from which every second lane of the tempering starts; nil to start all of
    ///     them from the base model.
    ///   - progress: Receives the share that is done here, in [0, 1].
    public func estimate(
        _ machine: any Machine, cases: (any CaseSource)?, seed: UInt64, layer: Int,
        _ world: borrowing Communicator, progress: (Double) -> Void = { _ in }
    ) throws -> AnnealedPartition {
        try estimate(
            machine, seed: seed, layer: layer, startsFromCases: cases != nil,
            share: { world.share(of: $0) },
            cases: { lanes, plan in
                try world.together { try cases.map { try load($0, lanes: lanes, plan) } }
            },
            sum: { try world.sum(&$0) },
            gather: { numbers, share, total in
                try world.collect(total, share: share) { _ in numbers }
            }, progress: progress)
    }

    /// Estimates ln Z with others, who are known by what they share.
    ///
    /// - Parameters:
    ///   - share: Returns this process's share of `0..<$0`.
    ///   - first: Returns the cases for the levels of those of some lanes that start from cases; nil for
    ///     none.
    ///   - sum: Adds up numbers over all processes.
    ///   - gather: Returns all of so many numbers, given those of a range.
    func estimate(
        _ machine: any Machine, seed: UInt64, layer: Int, startsFromCases: Bool,
        share: (Int) -> Range<Int>,
        cases first: (_ lanes: Range<Int>, _ plan: TemperedStarts) throws -> [UInt8]?,
        sum: (inout [Int64]) throws -> Void,
        gather: (_ numbers: [Double], _ share: Range<Int>, _ total: Int) throws -> [Double],
        progress: (Double) -> Void
    ) throws -> AnnealedPartition {
        let kind = ArithmeticKind.measuring(
            machine, LayerSpec(states: machine).encoding)
        // A round less than samplers take: the ladder carries the starts, and no estimate.
        var ladderPilot = TemperingPilot()
        if !usesLadder { ladderPilot.ladderRounds -= 1 }
        let path = try ladderPilot.path(
            for: machine, lanes: share(TemperingPilot.lanes), arithmetic: kind, seed: seed,
            layer: layer, sum: sum)
        progress(0.1)
        let plan = TemperedStarts(
            atLeast: chains, sweeps: startSweeps, path: path,
            mostLanes: usesLadder ? Self.lanesOfLadder : TemperedStarts.usualLanes)
        let lanes = share(plan.lanes)
        let (ahead, back) = (share(chains), plan.states(of: lanes))
        let firstStates = try first(lanes, plan)
        func temper(_ rounding: FrozenRounding) throws -> TemperedStarts.Outcome {
            try plan.run(
                machine, lanes: lanes, cases: firstStates, arithmetic: kind, rounding: rounding,
                seed: seed, layer: layer, keepsRatios: usesLadder,
                progress: { progress(0.1 + 0.3 * $0) },
                mayEnd: { roundTrips in
                    guard !usesLadder else { return false }
                    var all = [Int64(roundTrips)]
                    try sum(&all)
                    return all[0] >= Int64(Self.roundTripsOfLane * plan.lanes)
                })
        }
        func sampling(_ rounding: FrozenRounding) -> AnnealedImportanceSampling {
            AnnealedImportanceSampling(
                machine, base: path.base, schedule: AnnealingSchedule(linear: pilotTemperatures),
                arithmetic: kind, rounding: rounding, seed: seed, layer: layer)
        }
        let fast = sampling(.asTrained)
        /// How far rounding moves −F of each start.
        func roundingErrors(_ starts: TemperedStarts.Outcome) throws -> [Double] {
            try gather(
                fast.roundingErrors(of: starts.states, count: back.count), back, plan.count)
        }
        // Nothing corrects the ladder's ratios for rounding, so that its lanes take the finest weights.
        var areRounded = !usesLadder
        var starts = try temper(areRounded ? .asTrained : .finest)
        let errors = try roundingErrors(starts)
        let spread = Estimate.mean(of: errors)
        let isCoarse =
            spread.error * spread.error * Double(errors.count) > Self.mostOfRounding
        if isCoarse, areRounded {
            areRounded = false
            starts = try temper(.finest)
        }
        var roundTrips = [Int64(starts.roundTrips)]
        try sum(&roundTrips)
        let pilot = isCoarse ? sampling(.finest) : fast
        let parts = Self.parts
        func all(
            _ numbers: [Double], _ share: Range<Int>, of total: Int, columns: Int = 1
        ) throws -> [Double] {
            try gather(
                numbers, (share.lowerBound * columns)..<(share.upperBound * columns),
                total * columns)
        }
        let pilots = pilot.thereAndBack(
            forward: ahead, reverse: back, from: starts.states, run: .pilot, parts: parts)
        let final = pilot.over(
            AnnealingSchedule(
                temperatures: temperatures, parts: parts,
                pilotForward: try all(pilots.forward.parts, ahead, of: chains, columns: parts),
                pilotReverse: try all(pilots.reverse.parts, back, of: plan.count, columns: parts)))
        progress(0.45)
        var ladder: AnnealedPartition.Ladder?
        if usesLadder {
            ladder = self.ladder(
                plan, base: final.baseLogPartition, startsFromCases: startsFromCases,
                ratios: try all(
                    starts.ratios, lanes, of: plan.lanes,
                    columns: plan.sweeps * 2 * path.ladder.pairs))
        }

        let (forward, reverse) = final.thereAndBack(
            forward: ahead, reverse: back, from: starts.states
        ) { progress(0.45 + 0.55 * $0) }
        var logs = try all(reverse.logWeights, back, of: plan.count)
        if areRounded { logs = Self.reweighted(logs, by: errors) }
        let kinds = startsFromCases ? [[false], [true]] : [[false, true]]
        let groups = kinds.map { kinds in
            logs.indices.filter {
                kinds.contains(TemperedStarts.startsFromCases($0 / plan.statesPerLane))
            }.map { logs[$0] }
        }
        return AnnealedPartition(
            logZ: BoundedRatio(
                forward: try all(forward.logWeights, ahead, of: chains),
                reverse: groups.filter { !$0.isEmpty }, blockLength: plan.statesPerLane),
            sweeps: starts.sweeps, levels: path.ladder.levels, roundTrips: Int(roundTrips[0]),
            startsFromCases: startsFromCases, ladder: ladder)
    }

    /// ln w of chains that started from the RBM with rounded weights, as means over the RBM itself take them.
    ///
    /// With δ of −F from rounding to none at a start, the mean of 1/w over the RBM is that of e^δ/w over the
    /// rounded one, divided by that of e^δ.
    private static func reweighted(_ logs: [Double], by errors: [Double]) -> [Double] {
        let mean = logMeanExp(errors)
        return zip(logs, errors).map { $0 - $1 + mean }
    }

    /// Adds up the pairs of the tempering's ladder, for either kind of lanes.
    ///
    /// - Parameter ratios: Of all lanes, as `TemperedStarts` gives them.
    private func ladder(
        _ plan: TemperedStarts, base: Double, startsFromCases: Bool, ratios: [Double]
    ) -> AnnealedPartition.Ladder {
        let pairs = plan.path.ladder.pairs
        func estimate(_ kinds: [Bool], _ sweeps: Range<Int>) -> Estimate {
            let lanes = (0..<plan.lanes).filter {
                kinds.contains(TemperedStarts.startsFromCases($0))
            }
            let found = LadderRatio.estimate(
                lanes: lanes.map { lane in
                    (0..<pairs).map { pair in
                        var result = LadderRatio.Pair()
                        for sweep in sweeps {
                            let place = 2 * ((lane * plan.sweeps + sweep) * pairs + pair)
                            result.lower.append(ratios[place])
                            result.upper.append(ratios[place + 1])
                        }
                        return result
                    }
                })
            return Estimate(value: base + found.value, error: found.error)
        }
        let ends = startsFromCases ? [[false], [true]] : [[false, true]]
        let quarters = (0..<4).map { quarter in
            let sweeps = (plan.sweeps * quarter / 4)..<(plan.sweeps * (quarter + 1) / 4)
            let values = ends.map { estimate($0, sweeps).value }
            return AnnealedPartition.Ladder.Quarter(
                fromBase: values[0], fromCases: startsFromCases ? values[1] : nil)
        }
        let late = ends.map { estimate($0, (plan.sweeps / 2)..<plan.sweeps) }
        return AnnealedPartition.Ladder(
            quarters: quarters, fromBase: late[0], fromCases: startsFromCases ? late[1] : nil)
    }

    /// Loads a case for each level of each lane that starts from cases, spread over all cases.
    private func load(
        _ source: any CaseSource, lanes: Range<Int>, _ plan: TemperedStarts
    ) throws -> [UInt8] {
        let levels = plan.path.ladder.levels
        let places = lanes.filter(TemperedStarts.startsFromCases).flatMap { lane in
            (0..<levels).map { $0 + lane * levels }
        }
        var states = [UInt8](repeating: 0, count: places.count * source.caseBytes)
        try source.load(
            places.map { $0 * source.count / (plan.lanes * levels) }, draw: 0, into: &states)
        return states
    }
}
