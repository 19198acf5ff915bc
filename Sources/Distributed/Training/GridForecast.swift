import Ranks
import RBMCore

/// How long a step of a layer takes with each division of the ranks, as far as one step with shared cases
/// and two sums tell.
///
/// It is for leaving out divisions that are far from the best. Work counts in proportion to what a rank has:
/// that of products, draws and statistics to its cases and hidden columns, that of the update to its hidden
/// columns. An exchange takes a time of its own, and a time for each byte.
struct GridForecast: Equatable {
    let visible: Int
    let hidden: Int
    /// The columns of a hidden unit.
    var unit = 1
    /// The rows of a phase over all ranks, where it has more of them.
    let rows: Int
    let sweeps: Int
    let ranks: Int

    // What was measured, where all ranks share the cases.

    /// Seconds of a step on the slowest rank, but for the update and the exchange.
    var work: Double
    /// Seconds of the update.
    var update: Double
    /// Seconds of a small exchange.
    var latency: Double
    /// Seconds for each byte more.
    var secondsOfByte: Double

    /// The seconds of a step of `data` groups whose ranks share the hidden units.
    func seconds(data: Int, hidden group: Int) -> Double {
        func part(_ count: Int, _ parts: Int) -> Int { (count + parts - 1) / parts }
        let most = HiddenSlice.parts(of: hidden, among: group, unit: unit).map(\.count).max() ?? 0
        let ownRows = part(rows, data)
        let columnShare = Double(most) / Double(hidden)
        let rowShare = Double(ownRows) / Double(part(rows, ranks))
        var seconds = columnShare * (rowShare * work + update)
        // Sums of 16 bits, both ways.
        if data > 1 { seconds += latency + secondsOfByte * Double(2 * visible * most) }
        if group > 1 {
            let states = secondsOfByte * Double(2 * visible * ownRows)
            seconds += latency + Double(sweeps) * (2 * latency + states)
        }
        return seconds
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
        self.init(
            visible: visible, hidden: plan.hidden, unit: plan.hiddenUnits.columns,
            rows: max(plan.batch, plan.negativePhase.rows(ofBatch: plan.batch)),
            sweeps: plan.negativePhase.sweeps, ranks: world.size, work: 0, update: 0, latency: 0,
            secondsOfByte: 0)
        // The first step takes memory.
        try trainer.advance(isMeasured: false, world)
        timer.reset()
        for _ in 0..<Self.steps { try trainer.advance(isMeasured: false, world) }
        func seconds(_ phases: [StepTimer.Phase]) -> Double {
            phases.reduce(0) { $0 + timer.seconds[$1.rawValue] } / Double(Self.steps)
        }
        work = try Self.largest(seconds([.data, .products, .sampling, .statistics]), world)
        update = try Self.largest(seconds([.update]), world)
        latency = try Self.sum(of: 1, world)
        let whole = try Self.sum(of: Self.large, world)
        secondsOfByte = max(0, whole - latency) / Double(2 * Self.large)
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
