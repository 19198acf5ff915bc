import RBMCore

/// Trains one layer, data-parallel: every rank holds the parameters and a slice of each batch and of
/// the chains, and all ranks apply the same update to the same sums.
struct LayerTrainer: ~Copyable {
    let plan: LayerPlan
    let batches: BatchPlan
    let timer: StepTimer

    private let source: any CaseSource
    private let arithmetic: any LayerArithmetic
    private var estimator: GradientEstimator
    private var optimizer: Optimizer
    private var chains: Chains?

    /// How many updates have been made.
    private(set) var step: Int

    /// nil without early stopping.
    private(set) var earlyStop: EarlyStopWatch?

    /// The norm of the weights at the last record; nil before the first.
    var lastNorm: (step: Int, value: Double)?

    /// The sum of the squares of the last changes of the weights; nil before the first.
    private(set) var updateSquares: Double?

    /// Collective.
    ///
    /// Prepares a layer's training from its start, or from a state.
    ///
    /// - Parameter state: The same on all ranks.
    init(
        _ plan: LayerPlan, source: any CaseSource, state: LayerState?, timer: StepTimer,
        _ world: borrowing Communicator
    ) throws {
        self.plan = plan
        self.source = source
        self.timer = timer
        batches = BatchPlan(
            cases: source.count, batch: plan.batch, epochs: plan.epochs, seed: plan.seed,
            layer: plan.layer)
        let shape = LayerShape(
            visible: source.visible, hidden: plan.hidden, visibleUnits: plan.visibleUnits,
            hiddenUnits: plan.hiddenUnits, levels: source.levels)
        arithmetic = makeTrainingArithmetic(
            plan.arithmetic, shape, seed: plan.seed, layer: plan.layer)
        let ownChains = world.share(of: plan.persistentChains)
        if let state {
            step = state.step
            optimizer = Optimizer(
                plan.optimizer, parameters: state.parameters, velocity: state.velocity,
                average: state.average, averaged: state.averaged, activity: state.activity)
            if plan.persistentChains > 0 {
                let rows = ownChains.lowerBound * plan.hidden..<ownChains.upperBound * plan.hidden
                chains = Chains(
                    indices: ownChains, hidden: plan.hidden, states: Array(state.chains[rows]))
            }
        } else {
            step = 0
            let start = try TrainingStart(plan, source, world)
            optimizer = Optimizer(plan.optimizer, parameters: start.parameters)
            arithmetic.load(start.parameters, step: step)
            if plan.persistentChains > 0 {
                chains = start.chains(ownChains, arithmetic)
            }
        }
        earlyStop = plan.earlyStop.map { _ in state?.earlyStop ?? EarlyStopWatch() }
        let ownBatch = world.share(of: min(plan.batch, source.count)).count
        estimator = GradientEstimator(
            arithmetic: arithmetic, rule: plan.rule, seed: plan.seed, layer: plan.layer,
            batch: ownBatch, chains: chains == nil ? ownBatch : ownChains.count, timer: timer,
            keepProbability: plan.keepProbability, panelUnits: Self.panelUnits(of: shape))
        if let momentum = plan.momentum { optimizer.momentum = momentum.value(step: step) }
        arithmetic.load(optimizer.aim(), step: step)
    }

    /// How many visible units' products are made, added up and applied at once: as many as make a
    /// buffer small beside the weights of a large layer, and not so few that making the operands of
    /// a product anew for each panel shows.
    private static func panelUnits(of shape: LayerShape) -> Int {
        let isSmall = shape.visible * shape.hidden <= 1 << 20
        if isSmall || shape.visibleUnits == .gaussian { return shape.visible }
        let panels = (shape.visible + 511) / 512
        return (shape.visible + panels - 1) / panels
    }

    /// The model as it is now, for use: with all units, where dropout trains with some.
    var result: RBM { rbm(optimizer.result) }

    /// The model that training leaves behind.
    var outcome: RBM { rbm(earlyStop?.choice(optimizer.result) ?? optimizer.result) }

    private func rbm(_ parameters: Parameters) -> RBM {
        RBM(
            visibleUnits: plan.visibleUnits, hiddenUnits: plan.hiddenUnits,
            parameters: parameters.withAllUnits(keepProbability: plan.keepProbability))
    }

    /// Whether there is no step left to make.
    var isDone: Bool { step == batches.steps || earlyStop?.hasStopped == true }

    /// Judges the free-energy gap of a record; the same on all ranks.
    mutating func watch(gap: Double?) {
        guard let rule = plan.earlyStop, let gap else { return }
        earlyStop?.see(gap: gap, step: step, model: optimizer.result, rule: rule)
    }

    /// The learning rate of the next step.
    var rate: Float { plan.rate(ofStep: step, of: batches) }

    /// Collective.
    ///
    /// Makes one update.
    mutating func advance(_ world: borrowing Communicator) throws {
        let size = batches.size(ofStep: step)
        let own = world.share(of: size)
        let counts = PhaseRows(
            positive: own, of: size, negative: chains?.indices ?? own,
            of: chains == nil ? size : plan.chains)
        let cases = batches.cases(ofStep: step, rows: own)
        let draw = batches.epoch(ofStep: step) + 1
        let source = source
        try estimator.loadData { try source.load(cases, draw: draw, into: &$0) }
        estimator.runPhases(step: step, rows: counts, chains: &chains)
        let panels = estimator.statistics.panels
        // Variances are learned from all products, of which there is one panel.
        for (number, panel) in panels.enumerated() {
            estimator.collectProducts(ofVisible: panel, rows: counts)
            try addUp(world, withMoments: number == 0)
            if number == 0 { begin(counts) }
            optimizer.updateWeights(with: estimator.statistics, of: arithmetic)
            timer.lap(.update)
        }
        let change = optimizer.finish(with: estimator.statistics, of: arithmetic)
        updateSquares = change.weightSquares
        step += 1
        guard change.isFinite else { throw notFinite }
        timer.lap(.update)
    }

    /// Collective.
    ///
    /// Adds up the statistics of a panel over ranks.
    private mutating func addUp(
        _ world: borrowing Communicator, withMoments: Bool
    ) throws(MPIError) {
        let (products, moments) = (
            estimator.statistics.products, estimator.statistics.layout.moments
        )
        // The buffer of the other kind is empty.
        if estimator.statistics.floats.isEmpty {
            if withMoments { try world.sum(&estimator.statistics.integers, moments) }
            try world.sumNarrowly(&estimator.statistics.integers, products)
        } else {
            if withMoments { try world.sum(&estimator.statistics.floats, moments) }
            try world.sum(&estimator.statistics.floats, products)
        }
        timer.lap(.reduction)
    }

    /// Begins the update of a step whose moments are known.
    private mutating func begin(_ counts: PhaseRows) {
        let averaging = step >= batches.steps - plan.averagedSteps(of: batches.steps)
        let momentum = plan.momentum?.value(step: step + 1) ?? optimizer.momentum
        optimizer.begin(
            with: estimator.statistics, of: arithmetic, counts: counts, rate: rate,
            averaging: averaging, next: Optimizer.NextStep(step: step + 1, momentum: momentum))
    }

    /// Fails when a parameter is no finite number: no record or file shall hold such a model.
    ///
    /// Finite changes may add up to one that is not. To look at every step would cost a pass over
    /// the weights. All ranks find the same, for they hold the same bits.
    func checkFinite() throws(SharedFailure) {
        guard optimizer.parameters.isFinite, optimizer.result.isFinite else { throw notFinite }
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
    /// All that is needed to go on, on rank 0; nil elsewhere.
    func state(_ world: borrowing Communicator) throws(MPIError) -> LayerState? {
        let slices = try world.gather(chains?.states ?? [])
        guard let slices else { return nil }
        return LayerState(
            step: step, parameters: optimizer.parameters, velocity: optimizer.velocity,
            average: optimizer.average, averaged: optimizer.averaged,
            chains: slices.flatMap { $0 }, activity: optimizer.activity, earlyStop: earlyStop)
    }

    /// Collective.
    ///
    /// Fails when the ranks do not hold the same parameters.
    func checkAgreement(_ world: borrowing Communicator) throws {
        guard world.size > 1 else { return }
        // 62 bits of a hash: the smallest of h and of −h tell whether all are equal.
        let hash = Int64(bitPattern: optimizer.parameters.fingerprint >> 2)
        let smallest = try world.minimum(hash)
        let largest = -(try world.minimum(-hash))
        guard smallest == largest else {
            throw SharedFailure(
                exitCode: ExitStatus.notFinite,
                "layer \(plan.layer), step \(step): the ranks hold different parameters. One of "
                    + "them computes wrongly: check its memory, and that all run the same program")
        }
    }
}
