/// Chooses a ladder by the swaps of a pilot: rounds of sweeps, each twice as long as the one before, and
/// after each a new ladder on which all pairs should refuse equally many swaps [Syed22].
///
/// What the pilot finds depends on the RBM and the seed alone, on any number of processes.
public struct TemperingPilot {
    /// Lanes of all processes together.
    public static let lanes = 16

    /// The most levels that are chosen.
    public var mostLevels = 64
    /// The β of the lowest level, in [0, 1).
    public var lowest = 0.0
    /// The number of levels; nil for one that suits the barrier.
    public var levels: Int?
    /// The sweeps of the first round.
    public var sweeps = 8
    public var rounds = 5

    public init() {}

    /// Runs the pilot in this process alone.
    ///
    /// - Parameter baseBias: As `TemperedChains` takes it.
    public func ladder(
        for rbm: RBM, baseBias: [Float]? = nil, arithmetic kind: ArithmeticKind, seed: UInt64,
        layer: Int = 0
    ) -> TemperingLadder {
        ladder(
            for: rbm, baseBias: baseBias, lanes: 0..<Self.lanes, arithmetic: kind, seed: seed,
            layer: layer, sum: { _ in })
    }

    /// Runs the pilot, each process with some of its lanes.
    ///
    /// - Parameters:
    ///   - lanes: This process's part of `0..<TemperingPilot.lanes`.
    ///   - baseBias: As `TemperedChains` takes it.
    ///   - sum: Adds up numbers over all processes.
    public func ladder(
        for rbm: RBM, baseBias: [Float]? = nil, lanes: Range<Int>, arithmetic kind: ArithmeticKind,
        seed: UInt64, layer: Int = 0, sum: (inout [Int64]) throws -> Void
    ) rethrows -> TemperingLadder {
        precondition(mostLevels > 1 && rounds > 0, "\(mostLevels) levels, \(rounds) rounds")
        var chains = TemperedChains(
            rbm, baseBias: baseBias,
            ladder: TemperingLadder(levels: levels ?? min(12, mostLevels), lowest: lowest),
            lanes: lanes, arithmetic: kind, seed: seed, layer: layer, role: 63)
        for round in 0..<rounds {
            let count = sweeps << round
            // States that came from another β are forgotten first.
            chains.run(sweeps: (count + 3) / 4)
            chains.clearTally()
            chains.run(sweeps: count)
            var tally = chains.tally
            var units = tally.units
            try sum(&units)
            tally.units = units
            let barrier = TemperingLadder.barrier(acceptance: tally.shares)
            chains.change(
                to: chains.ladder.respaced(
                    acceptance: tally.shares,
                    levels: levels
                        ?? min(mostLevels, TemperingLadder.levels(forBarrier: barrier))))
        }
        return chains.ladder
    }
}
