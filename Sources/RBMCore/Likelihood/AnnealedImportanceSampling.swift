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

    /// The most chains that move together.
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
        AnnealedChains(machine, base: base, arithmetic: arithmetic, groups: []).baseLogPartition
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
        thereAndBack(
            forward: chains, reverse: 0..<0, from: [], run: run, parts: parts, progress: progress
        ).forward
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
        thereAndBack(
            forward: 0..<0, reverse: chains, from: starts, run: run, parts: parts,
            progress: progress
        ).reverse
    }

    /// Anneals chains both ways at once, by products that they share.
    ///
    /// In integer arithmetic the weights are those of `forward` and `reverse`, bit by bit.
    ///
    /// - Parameters:
    ///   - ahead: The global numbers of the forward chains.
    ///   - back: Those of the reverse chains.
    ///   - starts: Visible states drawn from the RBM, shape `[back, visible]` in bytes.
    ///   - parts: Into how many successive parts the outcomes divide the steps.
    ///   - progress: Receives the share of the work that is done, in [0, 1].
    public func thereAndBack(
        forward ahead: Range<Int>, reverse back: Range<Int>, from starts: [UInt8],
        run: Run = .final, parts: Int = 1, progress: (Double) -> Void = { _ in }
    ) -> (forward: Outcome, reverse: Outcome) {
        let last = schedule.temperatures
        var forward = Ledger(chains: ahead, temperatures: last, parts: parts)
        var reverse = Ledger(chains: back, temperatures: last, parts: parts)
        let all = ahead.count + back.count
        let blocks = (all + Self.blockRows - 1) / Self.blockRows
        for number in 0..<blocks {
            func share(_ chains: Range<Int>) -> Range<Int> {
                let (first, end) = (
                    chains.count * number / blocks, chains.count * (number + 1) / blocks
                )
                return (first..<end).offset(by: chains.lowerBound)
            }
            let groups = [share(ahead), share(back)]
            forward.block = groups[0].offset(by: -ahead.lowerBound)
            reverse.block = groups[1].offset(by: -back.lowerBound)
            anneal(groups, from: starts, run, &forward, &reverse) {
                progress(Double($0) / Double(all * last))
            }
        }
        let base = baseLogPartition
        return (forward.outcome(base: base), reverse.outcome(base: base))
    }

    /// Anneals one block of chains both ways, and notes each ratio once.
    ///
    /// - Parameter noted: Receives after each temperature how many ratios have been noted in all.
    private func anneal(
        _ groups: [Range<Int>], from starts: [UInt8], _ run: Run, _ forward: inout Ledger,
        _ reverse: inout Ledger, noted: (Int) -> Void
    ) {
        let (ahead, back) = (0, 1)
        let draws = [
            self.draws(run == .final ? .forward : .forwardPilot),
            self.draws(run == .final ? .reverse : .reversePilot),
        ]
        let (betas, last) = (schedule.betas, schedule.temperatures)
        var moving = AnnealedChains(machine, base: base, arithmetic: arithmetic, groups: groups)
        moving.drawFromBase(draws[ahead], group: ahead)
        let bytes = arithmetic.shape.visibleBytes
        let place = (reverse.block.lowerBound * bytes)..<(reverse.block.upperBound * bytes)
        moving.start(from: Array(starts[place]), group: back)
        reverse.note(last, moving.logRatiosToRBM(from: betas[last - 1], group: back))
        for step in 1..<max(1, last) {
            // The first sweep back has no ratio before it but the one from the RBM.
            let up = last - step
            let ratios = moving.sweep([
                AnnealedTurn(
                    beta: betas[step], other: betas[step - 1], draws: draws[ahead], step: step),
                AnnealedTurn(
                    beta: betas[up], other: step == 1 ? nil : betas[up + 1], draws: draws[back],
                    step: up),
            ])
            forward.note(step, ratios.prefix(groups[ahead].count))
            if step > 1 {
                reverse.note(up + 1, ratios.suffix(groups[back].count).map { -$0 })
            }
            noted(forward.noted + reverse.noted)
        }
        forward.note(last, moving.logRatiosToRBM(from: betas[last - 1], group: ahead))
        if last > 1 { reverse.note(1, moving.logRatios(from: betas[0], to: betas[1], group: back)) }
        noted(forward.noted + reverse.noted)
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
        var chains = AnnealedChains(
            machine, base: base, arithmetic: arithmetic, groups: [0..<count])
        chains.start(from: states)
        return chains.logRatiosToRBM(from: 1)
    }

    /// The ratios of some chains, added up.
    private struct Ledger {
        /// The rows of the chains that move now.
        var block = 0..<0
        /// Shape `[chains, parts]`.
        private(set) var sums: [Double]
        private let temperatures: Int
        private let parts: Int
        /// How many ratios have been noted.
        private(set) var noted = 0

        init(chains: Range<Int>, temperatures: Int, parts: Int) {
            sums = Array(repeating: 0, count: chains.count * parts)
            self.temperatures = temperatures
            self.parts = parts
        }

        mutating func note(_ step: Int, _ ratios: some Collection<Double>) {
            let part = (step - 1) * parts / temperatures
            for (row, ratio) in zip(block, ratios) { sums[row * parts + part] += ratio }
            noted += ratios.count
        }

        /// - Parameter base: ln Z of the base model.
        func outcome(base: Double) -> Outcome {
            Outcome(
                logWeights: (0..<(sums.count / parts)).map {
                    base + sums[rowRange($0, of: parts)].reduce(0, +)
                }, parts: sums)
        }
    }
}
