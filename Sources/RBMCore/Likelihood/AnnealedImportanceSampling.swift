import RandomStreams

/// Estimates the partition function of an RBM from chains between a base model, whose units are
/// independent, and the RBM.
///
/// Between them lie p_β(v) ∝ e^{((1−β)a + βb)·v} Σ_h e^{h·((1−β)d + β(c + Wᵀv))}, with the biases a and
/// d of the base model and β from 0 to 1. A forward chain is drawn from the base model and visits the temperatures
/// in turn, one Gibbs sweep each; a reverse chain starts in a state of the RBM and goes back. The
/// weight w of a chain is Z of the base model times the product of the ratios p*_β′(v)/p*_β(v) that
/// it meets, with β′ > β also for reverse chains. A sweep is its own reverse in equilibrium. So the
/// mean of w over forward chains is Z, the mean of 1/w over reverse chains is 1/Z, the mean of ln w is
/// at most ln Z for forward chains and at least ln Z for reverse ones, and Bennett's acceptance ratio
/// joins both. All of this holds for reverse chains only as far as their starts are drawn from
/// the RBM.
///
/// The sweeps run on rounded weights. The last ratio leads to the RBM with its weights as they are, so
/// that rounding adds to the dissipation and not to the estimate: see `roundingErrors`.
///
/// Gaussian visible units keep their variances all the way:
/// p_β(v) ∝ e^{−Σ ((1−β)(v−a)² + β(v−b)²)/2σ²} Σ_h e^{h·((1−β)d + β(c + Wᵀ(v/σ²)))}.
///
/// Chains are named by their global numbers, so that any division among processes gives the same
/// weights in integer arithmetic; Gaussian units are float32. Sources: [Neal01], [Salakhutdinov08],
/// [Crooks00], [UpadhyaSastry15].
public struct AnnealedImportanceSampling {
    /// What some chains brought back.
    public struct Outcome: Sendable {
        /// ln w of each chain, shape `[chains]`.
        public let logWeights: [Double]
        /// The sums of the ln ratios of each chain over as many parts of the steps as were asked for,
        /// shape `[chains, parts]`.
        public let parts: [Double]
    }

    /// Which run some chains belong to; it names their random numbers.
    public enum Run: Sendable {
        /// The run that gives the estimate.
        case final
        /// A shorter run before it.
        case pilot
    }

    public let schedule: AnnealingSchedule

    private let machine: any Machine
    private let base: TemperingBase
    private let arithmetic: Layer
    private let seed: UInt64
    private let layer: Int

    /// Chains that move together.
    private static let blockRows = 256

    /// Creates the sampling of a machine.
    ///
    /// - Parameters:
    ///   - base: The base model, which comes from the machine and never from data that it is measured
    ///     on: chains from the means of one-sided data would miss the other side of a symmetric
    ///     machine.
    public init(
        _ machine: any Machine, base: TemperingBase, schedule: AnnealingSchedule,
        arithmetic kind: ArithmeticKind, rounding: FrozenRounding = .finest, seed: UInt64,
        layer: Int = 0
    ) {
        self.init(
            machine, base: base, schedule: schedule,
            layer: Layer(machine, arithmetic: kind, rounding: rounding), seed: seed, place: layer)
    }

    private init(
        _ machine: any Machine, base: TemperingBase, schedule: AnnealingSchedule,
        layer arithmetic: Layer,
        seed: UInt64, place layer: Int
    ) {
        self.machine = machine
        self.base = base
        self.schedule = schedule
        self.arithmetic = arithmetic
        self.seed = seed
        self.layer = layer
    }

    /// Returns the same sampling on another schedule.
    public func over(_ schedule: AnnealingSchedule) -> AnnealedImportanceSampling {
        AnnealedImportanceSampling(
            machine, base: base, schedule: schedule, layer: arithmetic, seed: seed,
            place: layer)
    }

    /// ln Z of the base model.
    public var baseLogPartition: Double {
        AnnealedChains(machine, base: base, arithmetic: arithmetic, chains: 0..<0).baseLogPartition
    }

    /// Anneals chains from the base model to the RBM.
    ///
    /// - Parameters:
    ///   - chains: Global numbers.
    ///   - parts: Into how many successive parts the outcome divides the steps.
    ///   - progress: Receives the share of the work that is done, in [0, 1].
    public func forward(
        chains: Range<Int>, run: Run = .final, parts: Int = 1,
        progress: (Double) -> Void = { _ in }
    ) -> Outcome {
        inBlocks(chains, parts: parts) { block, ledger in
            let draws = self.draws(run == .final ? .forward : .forwardPilot)
            var moving = AnnealedChains(
                machine, base: base, arithmetic: arithmetic, chains: block)
            moving.drawFromBase(draws)
            for step in 1...schedule.temperatures {
                let (before, beta) = (schedule.betas[step - 1], schedule.betas[step])
                ledger.note(
                    step,
                    step < schedule.temperatures
                        ? moving.sweep(beta: beta, ratioTo: before, draws, step: step)
                        : moving.logRatiosToRBM(from: before))
                progress(ledger.done)
            }
            return moving.baseLogPartition
        }
    }

    /// Anneals chains from states of the RBM back to the base model.
    ///
    /// - Parameters:
    ///   - chains: Global numbers.
    ///   - starts: Visible states drawn from the RBM, shape `[chains, visible]` in bytes.
    ///   - parts: Into how many successive parts the outcome divides the steps.
    ///   - progress: Receives the share of the work that is done, in [0, 1].
    public func reverse(
        chains: Range<Int>, from starts: [UInt8], run: Run = .final, parts: Int = 1,
        progress: (Double) -> Void = { _ in }
    ) -> Outcome {
        let bytes = arithmetic.shape.visibleBytes
        return inBlocks(chains, parts: parts) { block, ledger in
            let draws = self.draws(run == .final ? .reverse : .reversePilot)
            var moving = AnnealedChains(
                machine, base: base, arithmetic: arithmetic, chains: block)
            let place = block.offset(by: -chains.lowerBound)
            moving.start(
                from: Array(starts[(place.lowerBound * bytes)..<(place.upperBound * bytes)]))
            let last = schedule.temperatures
            ledger.note(last, moving.logRatiosToRBM(from: schedule.betas[last - 1]))
            if last > 1 { moving.sweep(beta: schedule.betas[last - 1], draws, step: last - 1) }
            for step in (1..<last).reversed() {
                let (beta, above) = (schedule.betas[step - 1], schedule.betas[step])
                let ratios =
                    step > 1
                    ? moving.sweep(beta: beta, ratioTo: above, draws, step: step - 1).map { -$0 }
                    : moving.logRatios(from: beta, to: above)
                ledger.note(step, ratios)
                progress(ledger.done)
            }
            return moving.baseLogPartition
        }
    }

    private func draws(_ run: Purpose.Annealing) -> AnnealingDraws {
        AnnealingDraws(seed: seed, layer: layer, run: run)
    }

    /// Computes by how much −F of the RBM exceeds that with rounded weights, for each of some states.
    ///
    /// The variance over states drawn from the RBM is what the last ratio adds to the dissipation of both
    /// ways together, in nats, as far as it is small.
    ///
    /// - Parameter states: Shape `[count, visible]` in bytes.
    public func roundingErrors(of states: [UInt8], count: Int) -> [Double] {
        guard count > 0 else { return [] }
        var chains = AnnealedChains(machine, base: base, arithmetic: arithmetic, chains: 0..<count)
        chains.start(from: states)
        return chains.logRatiosToRBM(from: 1)
    }

    /// Runs blocks of chains one after another.
    ///
    /// - Parameter anneal: Runs a block, notes the ratios of each step once, and returns ln Z of the
    ///   base model.
    private func inBlocks(
        _ chains: Range<Int>, parts: Int, _ anneal: (_ block: Range<Int>, inout Ledger) -> Double
    ) -> Outcome {
        var ledger = Ledger(chains: chains, temperatures: schedule.temperatures, parts: parts)
        var logs: [Double] = []
        for first in stride(from: chains.lowerBound, to: chains.upperBound, by: Self.blockRows) {
            let block = first..<min(first + Self.blockRows, chains.upperBound)
            ledger.block = block.offset(by: -chains.lowerBound)
            let baseLogPartition = anneal(block, &ledger)
            logs += ledger.block.map { baseLogPartition + ledger.sum(ofRow: $0) }
        }
        return Outcome(logWeights: logs, parts: ledger.sums)
    }

    /// The ratios of some chains, added up.
    private struct Ledger {
        /// The rows of the chains that move now.
        var block = 0..<0
        /// Shape `[chains, parts]`.
        private(set) var sums: [Double]
        private let temperatures: Int
        private let parts: Int
        private let total: Int
        private var noted = 0

        init(chains: Range<Int>, temperatures: Int, parts: Int) {
            sums = Array(repeating: 0, count: chains.count * parts)
            self.temperatures = temperatures
            self.parts = parts
            total = chains.count * temperatures
        }

        /// The share of all ratios that have been noted.
        var done: Double { Double(noted) / Double(total) }

        mutating func note(_ step: Int, _ ratios: [Double]) {
            let part = (step - 1) * parts / temperatures
            for (row, ratio) in zip(block, ratios) { sums[row * parts + part] += ratio }
            noted += ratios.count
        }

        func sum(ofRow row: Int) -> Double { sums[rowRange(row, of: parts)].reduce(0, +) }
    }
}
