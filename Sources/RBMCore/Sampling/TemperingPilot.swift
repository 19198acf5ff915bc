/// Finds a path for tempering: rounds of sweeps, each twice as long as the one before, and after each a
/// better path.
///
/// The first rounds begin at the plain base and find a nearer one, whose units have the means of the
/// states at the top as far as all lanes agree on them. The others space the ladder so that all pairs
/// refuse equally many swaps [Syed22]. What the pilot finds depends on the RBM and the seed alone, on any
/// number of processes.
///
/// A base that took over any mean would be drawn to the mode of most lanes, and the other modes would
/// be lost. The base of a symmetric machine is symmetric.
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
    /// The rounds that find the base.
    public var baseRounds = 3
    /// The rounds that space the ladder.
    public var ladderRounds = 3

    public init() {}

    /// Runs the pilot in this process alone.
    ///
    /// - Parameter base: Where the path begins; nil for what the first rounds find.
    public func path(
        for machine: any Machine, base: TemperingBase? = nil, arithmetic kind: ArithmeticKind,
        seed: UInt64, layer: Int = 0
    ) -> TemperingPath {
        path(
            for: machine, base: base, lanes: 0..<Self.lanes, arithmetic: kind, seed: seed,
            layer: layer, sum: { _ in })
    }

    /// Runs the pilot, each process with some of its lanes.
    ///
    /// - Parameters:
    ///   - base: Where the path begins; nil for what the first rounds find.
    ///   - lanes: This process's part of `0..<TemperingPilot.lanes`.
    ///   - sum: Adds up numbers over all processes.
    public func path(
        for machine: any Machine, base: TemperingBase? = nil, lanes: Range<Int>,
        arithmetic kind: ArithmeticKind, seed: UInt64, layer: Int = 0,
        sum: (inout [Int64]) throws -> Void
    ) rethrows -> TemperingPath {
        precondition(mostLevels > 1 && ladderRounds > 0, "\(mostLevels) levels")
        var chains = TemperedChains(
            machine,
            path: TemperingPath(
                base: base ?? TemperingBase(plainFor: machine),
                ladder: TemperingLadder(levels: levels ?? min(12, mostLevels), lowest: lowest)),
            lanes: lanes, arithmetic: kind, seed: seed, layer: layer, role: 63)
        // Without a base to find, one round less spaces the ladder as well.
        let rounds = baseRounds + ladderRounds - (base == nil ? 0 : 1)
        for round in 0..<rounds {
            let count = sweeps << round
            // States that came from another level are forgotten first.
            chains.run(sweeps: (count + 3) / 4)
            chains.clearTally()
            let marginals = try run(&chains, sweeps: count, sum: sum)
            let findsBase = base == nil && round == baseRounds - 1
            var tally = chains.tally
            var units = tally.units
            try sum(&units)
            tally.units = units
            let barrier = TemperingLadder.barrier(acceptance: tally.shares)
            chains.change(
                to: TemperingPath(
                    base: findsBase ? self.base(of: machine, marginals) : chains.path.base,
                    ladder: chains.ladder.respaced(
                        acceptance: tally.shares,
                        levels: levels
                            ?? min(mostLevels, TemperingLadder.levels(forBarrier: barrier)))))
        }
        return chains.path
    }

    /// Mean levels at the top over all lanes, and the mean over lanes of the squares of each lane's own.
    private struct Marginals {
        var means: [Double]
        var squares: [Double]
        /// Samples that the means stand for.
        let count: Int
    }

    /// Makes sweeps.
    private func run(
        _ chains: inout TemperedChains, sweeps: Int, sum: (inout [Int64]) throws -> Void
    ) rethrows -> Marginals {
        let units = chains.machine.visibleCount + chains.machine.hiddenCount
        var lanes = [[Double]](
            repeating: [Double](repeating: 0, count: units), count: chains.lanes.count)
        for _ in 0..<sweeps {
            chains.run(sweeps: 1)
            chains.addMarginals(to: &lanes)
        }
        var sums = [FixedPointSum](repeating: FixedPointSum(), count: 2 * units)
        for lane in lanes {
            for unit in 0..<units {
                let mean = lane[unit] / Double(sweeps)
                sums[unit].add(mean)
                sums[units + unit].add(mean * mean)
            }
        }
        var integers = sums.map(\.units)
        try sum(&integers)
        let means = integers.map { FixedPointSum(units: $0).value / Double(Self.lanes) }
        return Marginals(
            means: Array(means.prefix(units)), squares: Array(means.dropFirst(units)),
            count: sweeps * Self.lanes)
    }

    /// The base whose units have the means at the top, each drawn back to an undecided one by the share
    /// of its deviation that three standard errors of the lanes make up.
    private func base(of machine: any Machine, _ marginals: Marginals) -> TemperingBase {
        guard machine.visibleUnits.isDiscrete, !machine.isSymmetric else {
            return TemperingBase(plainFor: machine)
        }
        func undecided(_ law: any UnitLaw, _ count: Int) -> [Float] {
            law.undecidedLevels(bias: [Float](repeating: 0, count: count))
        }
        let centers =
            undecided(machine.visibleLaw, machine.visibleCount)
            + undecided(machine.hiddenLaw, machine.hiddenCount)
        let rates = marginals.means.indices.map { unit in
            let (center, mean) = (Double(centers[unit]), marginals.means[unit])
            let deviation = mean - center
            let variance = max(0, marginals.squares[unit] - mean * mean) / Double(Self.lanes - 1)
            let certain = max(0, 1 - 9 * variance / max(deviation * deviation, 1e-12))
            return center + certain * deviation
        }
        return TemperingBase(
            marginals: rates.map { $0 * Double(marginals.count) }, count: marginals.count,
            LayerSpec(states: machine))
    }
}
