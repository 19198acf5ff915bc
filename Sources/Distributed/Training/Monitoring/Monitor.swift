import Analysis
import Ranks
import RBMCore
import RandomStreams

/// Measures a layer on fixed cases, shared out among the ranks and added up in integers.
///
/// The same number of training and of held-out cases, chosen by key, in their fixed draw: what
/// differs between two records is the model. Units that were not observed are drawn by the model that
/// is measured.
///
/// Where all cases are measured, weights with fractions are exact in each mean. Where some are, they
/// come in proportion to such weights.
struct Monitor {
    private let plan: MonitorPlan
    private let training: any CaseSource
    private let heldOut: (any CaseSource)?
    private let arithmetic: ArithmeticKind
    private let seed: UInt64
    private let layer: Int
    private let chains: ChainMonitor
    /// nil unless likelihoods are wanted.
    private let trace: PartitionTrace?

    init(
        _ plan: MonitorPlan, training: any CaseSource, heldOut: (any CaseSource)?,
        visibleUnits: any UnitKind, arithmetic: ArithmeticKind, seed: UInt64, layer: Int
    ) {
        self.plan = plan
        self.training = training
        self.heldOut = heldOut
        self.arithmetic = arithmetic
        self.seed = seed
        self.layer = layer
        chains = ChainMonitor(
            training: training, kind: visibleUnits, seed: seed, layer: layer)
        trace =
            plan.logLikelihood == nil || heldOut == nil
            ? nil : PartitionTrace(arithmetic: arithmetic, seed: seed, layer: layer)
    }

    /// Collective.
    ///
    /// Writes what the monitor must remember into the tree of the run where there is one, with the hidden
    /// columns of this rank.
    ///
    /// - Parameter column: The ranks that share the cases, each with the same hidden columns.
    func save(
        into state: inout StateTree?, _ column: borrowing Communicator
    ) throws(MPIError) {
        try trace?.save(into: &state, column)
    }

    /// Collective.
    ///
    /// Takes what the monitor of a run remembered out of its tree.
    ///
    /// - Parameters:
    ///   - model: With the units of the layer, and the columns of this rank.
    ///   - column: The ranks that share the cases, each with the same hidden columns.
    func restore(
        from state: StateTree, of model: MeasuredLayer, _ column: borrowing Communicator
    ) throws(StateFault) {
        try trace?.restore(
            column.share(of: PartitionTrace.chains), from: state, of: model)
    }

    /// Collective.
    ///
    /// Carries ln Z on to a model and sets the log-likelihood of the held-out cases in a record, if its
    /// time has come.
    ///
    /// - Parameters:
    ///   - stepsPerEpoch: Of the layer's training.
    ///   - isLast: Whether the model is that of the last step.
    ///   - column: The ranks that share the cases and the chains, each with the same hidden columns.
    func measureLikelihood(
        of model: MeasuredLayer, step: Int, stepsPerEpoch: Int, isLast: Bool,
        chains trained: TrainedChains?, into record: inout MonitorRecord,
        _ column: borrowing Communicator
    ) throws {
        guard let trace, let heldOut,
            let interval = plan.logLikelihood?.steps(perEpoch: stepsPerEpoch),
            isLast || trace.isDue(step: step, interval: interval)
        else { return }
        let first = 0..<PartitionTrace.chains
        let order = KeyedPermutation(
            count: training.count, seed: seed, .monitorCases(layer: layer))
        let cases = states(of: training, model)
        try trace.advance(
            to: model, step: step,
            trained: trained.map { chains in
                let own = chains.numbers.clamped(to: first)
                return (states(of: chains, own), own)
            },
            cases: { numbers in
                var bytes = [UInt8](repeating: 0, count: numbers.count * cases.caseBytes)
                try cases.load(
                    numbers.map { order[$0 % cases.count] }, draw: 0, into: &bytes)
                return bytes
            }, column)
        var sums = CaseMeasures()
        let held = states(of: heldOut, model)
        let count = min(plan.cases, training.count, heldOut.count)
        let evaluator = model.evaluator(encoding: held.encoding, arithmetic: arithmetic)
        try forEachCase(of: held, count, column) { bytes, cases, factors in
            evaluator.addFreeEnergies(of: bytes, cases: cases, factors: factors, to: &sums)
        }
        var units = sums.units
        try column.sum(&units)
        sums.units = units
        let mean = -sums.freeEnergy.value / Double(count)
        let found = trace.bounds
        // A state has a probability; the density of real values may exceed 1.
        let largest = model.visibleUnits.isDiscrete ? 0.0 : .infinity
        let value = mean - found.value
        let verdict = value > largest ? .undetermined : found.verdict
        record.set(.logLikelihoodHeldOut, verdict == .undetermined ? nil : value)
        record.set(
            .logLikelihoodHeldOutError, verdict == .determined ? found.estimate.error : nil)
        record.set(.logLikelihoodHeldOutLower, found.upper.map { min(largest, mean - $0) })
        record.set(.logLikelihoodHeldOutUpper, min(largest, mean - found.lower))
    }

    /// Collective.
    ///
    /// Tells whether the chains of a training miss states of its last model; false for kinds of real
    /// values and where no chains live from step to step.
    ///
    /// - Parameters:
    ///   - sweeps: How many sweeps all chains together have made.
    ///   - column: The ranks that share the chains, each with the same hidden columns.
    func findsMissedModes(
        of model: MeasuredLayer, step: Int, chains trained: TrainedChains?, sweeps: Int,
        _ column: borrowing Communicator
    ) throws -> Bool {
        guard let trained, training.encoding != .float32 else { return false }
        if let trace { return trace.bounds.upper == nil }
        let own = ModeCheck.chosen(of: trained.numbers)
        return try ModeCheck(
            arithmetic: arithmetic.able(of: model), seed: seed, layer: layer
        ).finds(
            model, step: step, missedBy: states(of: trained, own), chains: own, sweeps: sweeps,
            column)
    }

    /// The visible states of some of this rank's chains, each byte 0 or 1.
    private func states(of trained: TrainedChains, _ own: Range<Int>) -> [UInt8] {
        let ones = UInt8(training.encoding == .float32 ? 1 : training.encoding.maximum)
        let bytes = own.count * (trained.visible.count / max(1, trained.numbers.count))
        let states = trained.visible.prefix(bytes)
        return ones == 1 ? Array(states) : states.map { $0 / ones }
    }

    /// Collective where units are unobserved.
    ///
    /// Cases whose unobserved units a model has drawn.
    private func filled(_ source: any CaseSource, by model: MeasuredLayer) -> any CaseSource {
        guard source.unobserved != nil else { return source }
        return FilledCases(
            source, by: model, arithmetic: arithmetic, seed: seed, layer: layer) ?? source
    }

    /// Cases as states: grey ones are drawn to bits, in a fixed draw.
    private func states(of source: any CaseSource, _ machine: any Machine) -> any CaseSource {
        source.encoding == .levels
            ? BinarizedCases(source, of: machine.visibleUnits, seed: seed, layer: layer) : source
    }

    /// Collective.
    ///
    /// Measures a model and the chains that it learned from, and sets what it finds in a record.
    ///
    /// - Parameters:
    ///   - trained: nil before the first step, and where no chains live from step to step.
    ///   - world: The ranks that share the cases, each with a model of the same hidden columns.
    func measure(
        _ model: MeasuredLayer, chains trained: TrainedChains?, into record: inout MonitorRecord,
        _ world: borrowing Communicator
    ) throws -> Findings {
        let evaluator = model.evaluator(encoding: training.encoding, arithmetic: arithmetic)
        let visibleUnits = model.own.visibleUnits
        let training = filled(training, by: model)
        let heldOut = heldOut.map { filled($0, by: model) }
        let count = min(plan.cases, training.count, heldOut?.count ?? .max)
        let few = min(plan.pseudoLikelihoodCases, count)
        var train = CaseMeasures(hidden: model.hiddenCount)
        try forEachCase(of: training, count, world) { bytes, cases, factors in
            evaluator.addFreeEnergies(of: bytes, cases: cases, factors: factors, to: &train)
        }
        try forEachCase(of: training, few, world) { bytes, cases, factors in
            evaluator.addCrossEntropies(of: bytes, cases: cases, factors: factors, to: &train)
        }
        // No state of real units has a probability given the others.
        let hasPseudo = heldOut != nil && few > 0 && visibleUnits.isDiscrete
        var held = CaseMeasures()
        var heldEnergies: [Double] = []
        var heldFactors: [Double] = []
        if let heldOut {
            try forEachCase(of: heldOut, count, world) { bytes, cases, factors in
                let energies = evaluator.freeEnergies(of: bytes, cases: cases)
                held.freeEnergy.add(energies, times: factors)
                heldEnergies += energies
                heldFactors += factors ?? Array(repeating: 1, count: cases)
            }
            if hasPseudo { try addPseudoLikelihoods(of: model, heldOut, few, to: &held, world) }
        }
        try world.together {
            guard train.fits(ranks: world.size), held.fits(ranks: world.size) else {
                throw SharedFailure(
                    exitCode: ExitStatus.notFinite,
                    "layer \(layer): the energies of the cases are too large to be added up; the "
                        + "training has run away. Lower `learning-rate`, `momentum` or "
                        + "`weight-decay`, and name another folder with --output; the checkpoints "
                        + "written until now can be looked at with `wilson inspect`")
            }
        }
        var sums = train.units + held.units
        try world.sum(&sums)
        let trainCount = train.units.count
        train.units = Array(sums[..<trainCount])
        held.units = Array(sums[trainCount...])

        func mean(_ sum: FixedPointSum, over cases: Int) -> Double { sum.value / Double(cases) }
        let trainEnergy = mean(train.freeEnergy, over: count)
        record.set(.freeEnergyTrain, trainEnergy)
        var heldOutError: Double?
        if heldOut != nil {
            let heldEnergy = mean(held.freeEnergy, over: count)
            record.set(.freeEnergyHeldOut, heldEnergy)
            record.set(.freeEnergyGap, heldEnergy - trainEnergy)
            heldOutError = try standardError(
                of: heldEnergies, heldFactors, mean: heldEnergy, of: count, world)
        }
        if hasPseudo {
            record.set(.pseudoLogLikelihoodHeldOut, mean(held.pseudoLogLikelihood, over: few))
        }
        if few > 0 {
            record.set(.reconstructionCrossEntropy, mean(train.crossEntropy, over: few))
        }
        let activities = train.activity.map { Double($0) * 0x1p-16 / Double(count) }
        record.set(.meanHiddenActivity, activities.reduce(0, +) / Double(model.hiddenCount))
        record.set(.deadHiddenUnits, activities.count { $0 < 0.01 || $0 > 0.99 })
        if let trained {
            try chains.measure(
                trained, evaluator, cases: training, into: &record, world)
        }
        return Findings(heldOutError: heldOutError, activities: activities)
    }

    /// What was found beside the record.
    struct Findings {
        /// The standard error of the held-out mean free energy, in nats; nil without two cases.
        let heldOutError: Double?
        /// The mean probability that each hidden unit is 1, over the training cases.
        let activities: [Double]
    }

    /// Collective.
    ///
    /// The visible values of the first chains of all ranks, on rank 0, shape `[chains, visible]`; empty on
    /// the others.
    func values(
        ofFirst count: Int, of trained: TrainedChains, _ world: borrowing Communicator
    ) throws -> [Float] {
        try chains.gathered(trained, atMost: count, world) ?? []
    }

    /// Collective.
    ///
    /// Returns the standard error of a mean over cases of which each rank has a share; nil for one case.
    ///
    /// - Parameter factors: By what each case counts in the mean.
    private func standardError(
        of own: [Double], _ factors: [Double], mean: Double, of count: Int,
        _ world: borrowing Communicator
    ) throws -> Double? {
        var squares = FixedPointSum()
        squares.add(
            zip(own, factors).map { value, factor in
                let part = factor * (value - mean)
                return part * part
            }, times: nil)
        var sums = [squares.units]
        try world.sum(&sums)
        guard count > 1 else { return nil }
        let sum = FixedPointSum(units: sums[0]).value
        return (sum / Double(count - 1) / Double(count)).squareRoot()
    }

    /// Adds the pseudo-log-likelihoods of this rank's share.
    ///
    /// Grey cases are drawn to bits first, in a fixed draw: the pseudo-likelihood is one of states.
    private func addPseudoLikelihoods(
        of model: MeasuredLayer, _ source: any CaseSource, _ count: Int,
        to sums: inout CaseMeasures, _ world: borrowing Communicator
    ) throws {
        let tables = PseudoLikelihood(model)
        let evaluator = model.evaluator(encoding: .bits, arithmetic: arithmetic)
        let states = states(of: source, model)
        try forEachCase(of: states, count, world) { bits, cases, factors in
            tables.add(
                of: bits, cases: cases, evaluator: evaluator, factors: factors,
                to: &sums.pseudoLogLikelihood)
        }
    }

    /// Visits this rank's share of the first `count` chosen cases, in the monitor's fixed draw.
    ///
    /// - Parameter body: Receives bytes, the number of cases, and by what each counts; nil for alike.
    private func forEachCase(
        of source: any CaseSource, _ count: Int, _ world: borrowing Communicator,
        _ body: ([UInt8], Int, [Double]?) throws -> Void
    ) throws {
        let order = KeyedPermutation(
            count: source.count, seed: seed, .monitorCases(layer: layer))
        let share = world.share(of: count)
        let all = count == source.count ? source.withFactors : nil
        var next = share.lowerBound
        try forEachBlock(
            of: share, from: all?.cases ?? source, draw: 0, choosing: { order[$0] }
        ) { bytes, cases in
            let factors = all.map { all in
                (next..<(next + cases)).map { all.factors[order[$0]] }
            }
            next += cases
            try body(bytes, cases, factors)
        }
    }
}
