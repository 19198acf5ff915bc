import ModelFiles
import Ranks
import RBMCore

/// Trains one layer: every rank has a slice of each batch and of the chains, and all ranks that hold the
/// same parameters apply the same update to the same sums.
///
/// Without a grid all ranks hold all parameters. On a grid a rank holds those of its hidden columns, and
/// shares its cases with the ranks of its row.
struct LayerTrainer: ~Copyable {
    let plan: LayerPlan
    let batches: BatchPlan
    let timer: StepTimer

    private let source: any CaseSource
    private let layer: Layer
    /// The ranks that hold the other hidden units; nil where each rank holds all.
    let row: GridRow?
    private var estimator: GradientEstimator
    private var optimizer: Optimizer
    /// This rank's part of the chains that live from step to step.
    private let ownChains: Range<Int>
    /// The cases of a step on this rank.
    private var cases: [Int] = []

    /// nil where sums do not run beside the computation.
    private let background: BackgroundSum?
    /// The second buffer of statistics; nil where there is one.
    private var spare: Statistics?

    /// How many updates have been made.
    private(set) var step: Int

    /// Whether some rank asked in the last step that the run stops; the same on all ranks.
    private(set) var stopIsAsked = false

    /// nil without early stopping.
    private(set) var earlyStop: EarlyStopWatch?

    /// The norm of the weights when it was last measured; nil before.
    private var lastNorm: (step: Int, value: Double)?

    /// The sum of the squares of the last changes of the weights; nil before the first, and on a grid
    /// after steps whose changes were not kept.
    private(set) var updateSquares: Double?

    /// The step after which all ranks were last seen to agree; nil before.
    private var agreedStep: Int?

    /// Whether a step was made in this process.
    private var hasAdvanced = false

    /// Collective.
    ///
    /// Prepares a layer's training from its start, or from a checkpoint that has no misfit.
    ///
    /// - Parameters:
    ///   - checkpoint: Of this layer, the same on all ranks; nil for a start.
    ///   - start: Where training begins; nil to find it, and with a checkpoint.
    ///   - background: For sums beside the computation; nil for none.
    ///   - row: The ranks that hold the other hidden units; nil where each rank holds all.
    init(
        _ plan: LayerPlan, source: any CaseSource, from checkpoint: Checkpoint?,
        start: TrainingStart? = nil, timer: StepTimer, background: BackgroundSum?,
        row: GridRow? = nil, _ world: borrowing Communicator
    ) throws {
        let whole = plan.shape(on: source)
        let shape = row.map { LayerSpec(whole, slice: $0.slice) } ?? whole
        self.row = row
        let panelUnits = plan.panels.units(of: shape)
        self.plan = plan
        self.source = source
        self.timer = timer
        self.background = background
        batches = BatchPlan(
            cases: source.count, batch: plan.batch, epochs: plan.epochs, seed: plan.seed,
            layer: plan.layer)
        layer = Layer(
            shape, trained: plan.arithmetic, seed: plan.seed, layer: plan.layer, group: row)
        func share(of total: Int) -> Range<Int> {
            row.map { $0.grid.alongData.share(of: total) } ?? world.share(of: total)
        }
        ownChains = share(of: plan.negativePhase.chainCount)
        let memory = try Self.memory(
            plan, source, checkpoint, start, layer, ownChains, row, world)
        step = checkpoint?.step ?? 0
        optimizer = memory.optimizer
        let negativePhase = memory.negativePhase
        earlyStop = memory.earlyStop
        let statistics = layer.makeStatistics(
            panelUnits: panelUnits, rows: max(plan.batch, negativePhase.rows(ofBatch: plan.batch)))
        spare = background == nil ? nil : statistics
        estimator = GradientEstimator(
            layer: layer, negativePhase: negativePhase, seed: plan.seed, place: plan.layer,
            batch: share(of: min(plan.batch, source.count)).count,
            chains: ownChains.count, timer: timer, keepProbability: plan.keepProbability,
            unobserved: source.unobserved, statistics: statistics)
        if let momentum = momentum(ofStep: step) { optimizer.momentum = momentum }
        layer.load(optimizer.lookahead(), step: step)
    }

    /// Collective.
    ///
    /// Prepares it where so many ranks divide the hidden units among them.
    ///
    /// - Parameter below: The ranks that divide the layer below, if these are as many; else nil.
    init(
        _ plan: LayerPlan, source: any CaseSource, from checkpoint: Checkpoint?,
        start: TrainingStart?, timer: StepTimer, hiddenRanks: Int, below: GridRow? = nil,
        _ world: borrowing Communicator
    ) throws {
        let row =
            hiddenRanks > 1
            ? try GridRow(
                ranks: hiddenRanks, hidden: plan.hidden, unit: plan.hiddenUnits.columns,
                like: below, world)
            : nil
        // A row's own exchanges leave no time for one beside them.
        let background =
            row == nil ? try plan.panels.backgroundSum(plan.shape(on: source), world) : nil
        try self.init(
            plan, source: source, from: checkpoint, start: start, timer: timer,
            background: background, row: row, world)
    }

    /// Collective.
    ///
    /// What training begins or goes on with; fails alike on all ranks.
    private static func memory(
        _ plan: LayerPlan, _ source: any CaseSource, _ checkpoint: Checkpoint?,
        _ start: TrainingStart?, _ layer: Layer, _ ownChains: Range<Int>, _ row: GridRow?,
        _ world: borrowing Communicator
    ) throws -> TrainingMemory {
        guard let checkpoint else {
            let slice = layer.shape.hiddenSlice
            let own =
                if let start {
                    start
                } else if let row {
                    try TrainingStart(
                        plan, source, slice: slice, column: row.grid.alongData, world)
                } else {
                    try TrainingStart(plan, source, slice: slice, column: world, world)
                }
            let parameters = start == nil ? own.parameters : own.parameters.cut(to: slice)
            var memory = TrainingMemory(plan, parameters: parameters)
            layer.load(parameters, step: 0)
            memory.negativePhase.begin(ownChains, from: own.chains(layer))
            return memory
        }
        let units = checkpoint.units[checkpoint.layer]
        precondition(
            units == plan.units(onVisible: source.visible),
            "\(units) units do not fit layer \(plan.layer)")
        let slice = layer.shape.hiddenSlice
        let parameters = checkpoint.current.parameters
        let isCut = checkpoint.spec.hiddenSlice == slice
        var memory = TrainingMemory(
            plan, parameters: isCut ? parameters : parameters.cut(to: slice))
        do throws(StateFault) {
            try memory.restore(
                ownChains, from: checkpoint.state, of: layer.shape)
        } catch {
            throw SharedFailure(exitCode: ExitStatus.badFile, "the checkpoint \(error)")
        }
        return memory
    }

    /// Collective.
    ///
    /// The model as it is now, for use: with all units, where dropout trains with some.
    var result: MeasuredLayer { MeasuredLayer(own: rbm(optimizer.result), row: row) }

    /// Collective.
    ///
    /// The layer as it is in training, which it goes on from, of this rank's hidden columns.
    var current: any Machine {
        let own = RBM(
            visibleUnits: plan.visibleUnits, hiddenUnits: plan.hiddenUnits,
            parameters: optimizer.parameters)
        return row.map { DividedRBM(own: own, group: $0) } ?? own
    }

    /// Collective.
    ///
    /// The model that training leaves behind, of this rank's hidden columns.
    var outcome: any Machine {
        let own = rbm(chosen)
        return row.map { DividedRBM(own: own, group: $0) } ?? own
    }

    /// The parameters that training leaves behind, of this rank's hidden columns.
    private var chosen: Parameters {
        let last = optimizer.result
        return earlyStop?.choice(last) ?? last
    }

    private func rbm(_ parameters: Parameters) -> RBM {
        RBM(
            visibleUnits: plan.visibleUnits, hiddenUnits: plan.hiddenUnits,
            parameters: parameters.withAllUnits(keepProbability: plan.keepProbability))
    }

    /// Collective.
    ///
    /// The chains after the last step; nil before the first in this process, and where none live from
    /// step to step.
    ///
    /// The ranks of a row have the same chains.
    var chains: TrainedChains? {
        let phase = estimator.negativePhase
        guard hasAdvanced, phase.chainCount > 0 else { return nil }
        return TrainedChains(
            numbers: ownChains, count: phase.chainCount, visible: estimator.chainStates,
            check: estimator.checkChains(), swapAcceptance: phase.swapAcceptance,
            roundTrips: phase.roundTrips)
    }

    /// Whether there is no step left to make.
    var isDone: Bool { step == batches.steps || earlyStop?.hasStopped == true }

    /// Collective.
    ///
    /// Measures the norm of the weights of `result`, which a failure later tells.
    mutating func measureNorm() -> Double {
        let norm = result.weightNorm
        lastNorm = (step, norm)
        return norm
    }

    /// Collective.
    ///
    /// Judges the free-energy gap of a record; the same on all ranks.
    mutating func watch(gap: Double?) {
        guard let gap, earlyStop != nil else { return }
        earlyStop?.see(gap: gap, step: step, model: optimizer.result, rule: plan.earlyStop)
    }

    /// The momentum of a step; nil for the optimizer's own.
    private func momentum(ofStep step: Int) -> Float? {
        plan.momentum?.value(step: step, stepsPerEpoch: batches.stepsPerEpoch)
    }

    /// The learning rate of the next step.
    var rate: Float { plan.rate(ofStep: step, of: batches) }

    /// Collective.
    ///
    /// Makes one update.
    ///
    /// - Parameters:
    ///   - asksToStop: Whether this rank wishes the run to stop, which all ranks learn with the sums
    ///     of the step.
    ///   - isMeasured: Whether the size of the update may be asked for.
    mutating func advance(
        asksToStop: Bool = false, isMeasured: Bool = true, _ world: borrowing Communicator
    ) throws {
        guard let row else {
            return try makeStep(asksToStop, keepsChanges: false, world, all: world)
        }
        try makeStep(asksToStop, keepsChanges: isMeasured, row.grid.alongData, all: world)
    }

    /// Collective.
    ///
    /// Makes one update.
    ///
    /// - Parameters:
    ///   - keepsChanges: Whether the changes of this rank's weights are needed one by one.
    ///   - world: The ranks with other cases, and the same hidden units.
    ///   - all: All ranks.
    private mutating func makeStep(
        _ asksToStop: Bool, keepsChanges: Bool, _ world: borrowing Communicator,
        all: borrowing Communicator
    ) throws {
        let size = batches.size(ofStep: step)
        let own = world.share(of: size)
        let share = estimator.negativePhase.share(of: own, ofBatch: size, chains: ownChains)
        batches.cases(ofStep: step, rows: own, into: &cases)
        let draw = batches.epoch(ofStep: step) + 1
        let (source, cases) = (source, cases)
        try estimator.loadData { try source.load(cases, draw: draw, into: &$0) }
        estimator.runPhases(step: step, share: share)
        estimator.statistics.rider = asksToStop ? 1 : 0
        if var census = estimator.negativePhase.census {
            try all.sum(&census)
            estimator.negativePhase.adapt(to: census)
            timer.lap(.reduction)
        }
        let change =
            if let background {
                try update(share, background, world)
            } else {
                try update(share, keepsChanges: keepsChanges, world)
            }
        hasAdvanced = true
        updateSquares = change.weightSquares
        stopIsAsked = change.isWished
        if let row {
            updateSquares = optimizer.lastChanges.map { changes in
                Optimizer.Change.weightSquares(
                    of: changes[...], rows: layer.shape.visible, over: row)
            }
        }
        step += 1
        guard change.isFinite else { throw notFinite }
        timer.lap(.update)
    }

    /// Collective.
    ///
    /// Makes, adds up and applies the statistics of a step, panel after panel.
    private mutating func update(
        _ share: StepShare, keepsChanges: Bool, _ world: borrowing Communicator
    ) throws(MPIError) -> Optimizer.Change {
        estimator.collectProducts(ofVisible: estimator.statistics.panel(0))
        try world.sumMoments(&estimator.statistics)
        try world.sumProducts(&estimator.statistics)
        timer.lap(.reduction)
        // Variances are learned from products, which are in one panel then.
        var update = begin(share, keepsChanges: keepsChanges)
        update.apply(estimator.statistics)
        timer.lap(.update)
        for number in 1..<estimator.statistics.panelCount {
            let panel = estimator.statistics.panel(number)
            estimator.collectProducts(ofVisible: panel)
            try world.sumProducts(&estimator.statistics)
            timer.lap(.reduction)
            update.apply(estimator.statistics)
            timer.lap(.update)
        }
        return optimizer.finish(update, wish: estimator.statistics.rider > 0)
    }

    /// Collective.
    ///
    /// The same with two buffers: a panel is added up while the next is made and the last applied.
    private mutating func update(
        _ share: StepShare, _ background: BackgroundSum, _ world: borrowing Communicator
    ) throws(MPIError) -> Optimizer.Change {
        try world.sumMoments(&estimator.statistics)
        timer.lap(.reduction)
        var update = begin(share)
        spare?.copyMoments(of: estimator.statistics)
        for number in 0..<estimator.statistics.panelCount {
            let panel = estimator.statistics.panel(number)
            estimator.collectProducts(ofVisible: panel)
            let landed = number == 0 ? spare.take() : try background.finish(world)
            timer.lap(.reduction)
            guard var landed else { preconditionFailure("no second buffer") }
            swap(&landed, &estimator.statistics)
            background.start(landed)
            if number > 0 { update.apply(estimator.statistics) }
            timer.lap(.update)
        }
        spare = estimator.statistics
        estimator.statistics = try background.finish(world)
        timer.lap(.reduction)
        update.apply(estimator.statistics)
        return optimizer.finish(update, wish: estimator.statistics.rider > 0)
    }

    /// Begins the update of a step whose moments are known.
    private mutating func begin(_ share: StepShare, keepsChanges: Bool = false) -> Update {
        let averaging = step >= batches.steps - plan.averagedSteps(of: batches.steps)
        let momentum = momentum(ofStep: step + 1) ?? optimizer.momentum
        return optimizer.begin(
            with: estimator.statistics, of: layer, share: share, rate: rate,
            averaging: averaging, next: Optimizer.NextStep(step: step + 1, momentum: momentum),
            keepsChanges: keepsChanges)
    }

    /// Collective.
    ///
    /// Fails when a parameter is no finite number: no record or file shall hold such a model.
    ///
    /// Finite changes may add up to one that is not. To look at every step would cost a pass over
    /// the weights. All ranks find the same, for they hold the same bits.
    func checkFinite() throws(SharedFailure) {
        let isFinite = optimizer.parameters.isFinite && optimizer.result.isFinite
        guard row?.agrees(isFinite) ?? isFinite else { throw notFinite }
    }

    private var notFinite: SharedFailure {
        let norm = lastNorm.map { "\($0.value) at step \($0.step)" } ?? "not yet measured"
        let change = updateSquares.map { "\($0.squareRoot())" } ?? "none"
        return SharedFailure(
            exitCode: ExitStatus.notFinite,
            "layer \(plan.layer), step \(step): the parameters are no longer finite numbers. The "
                + "norm of the weights was \(norm), that of the last change \(change); the "
                + "learning rate began at \(plan.rate). Lower `learning-rate`, `momentum` or "
                + "`weight-decay`, and name another folder with --output; the checkpoints written "
                + "until now are good")
    }

    /// Collective.
    ///
    /// All that is needed to go on beside `current`: on rank 0, and on the other ranks of its row with their
    /// hidden columns; nil elsewhere.
    func state(_ world: borrowing Communicator) throws(MPIError) -> StateTree? {
        var chains = StateTree(prefix: Checkpoint.prefix(ofLayer: plan.layer))
        estimator.negativePhase.save(into: &chains, hidden: layer.shape.hidden)
        let gathered =
            if let row {
                try row.joined(chains).gathered(row.grid.alongData)
            } else {
                try chains.gathered(world)
            }
        guard var state = gathered else { return nil }
        var own = StateTree(prefix: chains.prefix)
        optimizer.save(into: &own)
        earlyStop?.save(into: &own)
        state.add(own)
        state.note("\(step)", "step")
        if plan.keepProbability < 1 { state.noteKeepProbability(plan.keepProbability) }
        return state
    }

    /// Collective.
    ///
    /// Fails, naming ranks and hosts, when ranks that should hold the same bits do not: parameters and
    /// their average over the ranks that hold the same hidden units, and chains over those of a row.
    func checkAgreement(_ world: borrowing Communicator) throws {
        guard world.size > 1, agreedStep != step else { return }
        var parameters = optimizer.parameters.fingerprint
        if let average = optimizer.average { parameters ^= average.fingerprint &* 3 }
        guard let row else {
            guard try !world.agrees(on: parameters) else { return }
            throw disagreement("parameters", try world.differences(of: parameters, inGroup: 0))
        }
        var chains: UInt64 = 0xCBF2_9CE4_8422_2325
        if estimator.negativePhase.chainCount > 0 {
            for byte in estimator.chainStates {
                chains = (chains ^ UInt64(byte)) &* 0x100_0000_01B3
            }
        }
        let agrees =
            (
                try row.grid.alongData.agrees(on: parameters),
                try row.grid.alongHidden.agrees(on: chains)
            )
        let all = try world.minimum(agrees.0 && agrees.1 ? 1 : 0)
        guard all == 0 else { return }
        if let words = try world.differences(of: parameters, inGroup: row.place) {
            throw disagreement("parameters", words)
        }
        throw disagreement(
            "chains", try world.differences(of: chains, inGroup: row.grid.alongData.rank))
    }

    /// Collective.
    ///
    /// Does the same, and remembers the step, so that it is not looked at twice.
    mutating func agree(_ world: borrowing Communicator) throws {
        try checkAgreement(world)
        agreedStep = step
    }

    private func disagreement(_ what: String, _ words: String?) -> SharedFailure {
        SharedFailure(
            exitCode: ExitStatus.notFinite,
            "layer \(plan.layer), step \(step): ranks that should hold the same \(what) do not: "
                + "\(words ?? "which ones is not known"). A memory or a processor there makes mistakes: "
                + "leave the host out until it is tested. The checkpoints written until now are good: "
                + "start the run again, and it goes on from the newest")
    }
}
