import Ranks
import RBMCore
import StepCosts

/// How long a step of a layer takes with each division of the ranks, as far as a few steps with shared cases
/// and two sums tell.
///
/// It is for leaving out divisions that are far from the best.
struct GridForecast: Equatable {
    let visible: Int
    let hidden: Int
    /// The columns of a hidden unit.
    var unit = 1
    /// The rows of a phase over all ranks, where it has more of them.
    let rows: Int
    let sweeps: Int
    let ranks: Int
    private(set) var cost: StepCost

    /// Takes what was measured on the slowest rank, where all ranks share the cases.
    ///
    /// - Parameters:
    ///   - products: Seconds of a step's products, with those of its statistics.
    ///   - update: Seconds of the update.
    ///   - states: Seconds in which cases are read and states drawn.
    ///   - latency: Seconds of a small exchange.
    ///   - secondsOfByte: Seconds for each byte more.
    init(
        visible: Int, hidden: Int, unit: Int = 1, rows: Int, sweeps: Int, ranks: Int,
        products: Double, update: Double, states: Double, latency: Double, secondsOfByte: Double
    ) {
        self.visible = visible
        self.hidden = hidden
        self.unit = unit
        self.rows = rows
        self.sweeps = sweeps
        self.ranks = ranks
        // Sums and states of 16 bits.
        cost = StepCost(work: [0, 0, 0], bytes: ExchangedBytes(ofWeight: 2, ofState: 2))
        let known = part(data: ranks, hidden: 1)
        cost.work = zip([products, update, states], known.work).map { $0 / $1 }
        cost.ofExchange = latency
        cost.ofByte = secondsOfByte
    }

    /// What the slowest rank has of a step of `data` groups whose ranks share the hidden units.
    private func part(data: Int, hidden group: Int) -> StepPart {
        let most = HiddenSlice.parts(of: hidden, among: group, unit: unit).map(\.count).max() ?? 0
        return StepPart(
            visible: visible, columns: most, cases: (rows + data - 1) / data, sweeps: sweeps,
            dataRanks: data, hiddenRanks: group)
    }

    /// The seconds of a step of `data` groups whose ranks share the hidden units.
    func seconds(data: Int, hidden group: Int) -> Double {
        let part = part(data: data, hidden: group)
        return cost.computing(part) + cost.waiting(part)
    }
}

extension GridForecast {
    /// Steps whose times are taken.
    private static let steps = 3
    private static let sums = 5
    /// The numbers of 16 bits in a large sum.
    private static let large = 1 << 18

    /// Collective.
    ///
    /// Measures steps of a trainer whose ranks share the cases, and sums of all ranks; the same on all.
    ///
    /// - Parameter timer: The trainer's.
    init(
        of trainer: inout LayerTrainer, visible: Int, timer: StepTimer,
        _ world: borrowing Communicator
    ) throws {
        let plan = trainer.plan
        // The first step takes memory.
        try trainer.advance(isMeasured: false, world)
        timer.reset()
        for _ in 0..<Self.steps { try trainer.advance(isMeasured: false, world) }
        func seconds(_ phases: [StepTimer.Phase]) throws -> Double {
            let sum = phases.reduce(0) { $0 + timer.seconds[$1.rawValue] }
            return try Self.largest(sum / Double(Self.steps), world)
        }
        let products = try seconds([.products, .statistics])
        let update = try seconds([.update])
        let states = try seconds([.data, .sampling])
        let latency = try Self.sum(of: 1, world)
        let whole = try Self.sum(of: Self.large, world)
        self.init(
            visible: visible, hidden: plan.hidden, unit: plan.hiddenUnits.columns,
            rows: max(plan.batch, plan.negativePhase.rows(ofBatch: plan.batch)),
            sweeps: plan.negativePhase.sweeps, ranks: world.size, products: products,
            update: update, states: states, latency: latency,
            secondsOfByte: max(0, whole - latency) / Double(2 * Self.large))
    }

    /// Collective.
    ///
    /// The shortest time of a sum of so many numbers of 16 bits.
    private static func sum(
        of count: Int, _ world: borrowing Communicator
    ) throws(MPIError) -> Double {
        var values = [Int16](repeating: 0, count: count)
        var shortest = Duration.seconds(1_000_000)
        for _ in 0..<sums {
            let start = ContinuousClock.now
            try world.sumNarrowly(&values, 0..<count)
            shortest = min(shortest, .now - start)
        }
        return try largest(shortest / .seconds(1), world)
    }

    /// Collective.
    private static func largest(
        _ seconds: Double, _ world: borrowing Communicator
    ) throws(MPIError) -> Double {
        Double(try world.extent(of: Int64(seconds * 1e9)).upperBound) * 1e-9
    }
}
