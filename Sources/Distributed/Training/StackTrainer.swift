public import ModelFiles
public import RBMCore
import Storage

/// The cases of one layer.
public struct LayerData {
    public let training: any CaseSource
    public let heldOut: (any CaseSource)?

    public init(training: any CaseSource, heldOut: (any CaseSource)?) {
        self.training = training
        self.heldOut = heldOut
    }
}

/// Trains a stack greedily, layer after layer, with monitors and checkpoints.
///
/// Source: [Hinton06]. Each layer above the first sees what the layers below make of the data.
public struct StackTrainer {
    public var plans: [LayerPlan]
    public var monitor: MonitorPlan
    public var checkpointEvery: Interval
    /// Where checkpoints go; nil for none.
    public var checkpoints: CheckpointFolder?
    public var imageShape: [Int]
    /// How the data are standardized, kept in checkpoints and the model; nil for not at all.
    public var standardization: Standardization?
    public var seed: UInt64
    /// The resolved configuration, kept in checkpoints.
    public var configuration: String
    /// Updates after which a run stops with a checkpoint; nil for all.
    public var stopAfterSteps: Int?
    /// The data of a layer, given the layers below it.
    public var data: (Int, [RBM]) throws -> LayerData

    public init(
        plans: [LayerPlan], monitor: MonitorPlan, checkpointEvery: Interval,
        checkpoints: CheckpointFolder?, imageShape: [Int], seed: UInt64, configuration: String,
        stopAfterSteps: Int?, data: @escaping (Int, [RBM]) throws -> LayerData
    ) {
        self.plans = plans
        self.monitor = monitor
        self.checkpointEvery = checkpointEvery
        self.checkpoints = checkpoints
        self.imageShape = imageShape
        self.seed = seed
        self.configuration = configuration
        self.stopAfterSteps = stopAfterSteps
        self.data = data
    }

    /// How a run ended.
    public enum Outcome: Sendable {
        case finished(Model)
        /// After the given number of updates of all layers; a checkpoint is written.
        case stopped(totalSteps: Int)
    }

    /// Collective.
    ///
    /// Trains from the start or from a checkpoint.
    ///
    /// - Parameters:
    ///   - checkpoint: The same on all ranks, and without a misfit to the plans and the data.
    ///   - outlets: Those of this rank; a run's own are those of rank 0.
    public func run(
        from checkpoint: Checkpoint?, timer: StepTimer, outlets: [any TrainingOutlet],
        _ world: borrowing Communicator
    ) throws -> Outcome {
        var finished = checkpoint?.finished ?? []
        var resumed = checkpoint
        var total = checkpoint?.totalSteps ?? 0
        var left = stopAfterSteps ?? .max
        timer.start()
        for plan in plans.dropFirst(finished.count) {
            let data = try data(plan.layer, finished)
            let background = try plan.panels.backgroundSum(plan.shape(on: data.training), world)
            var trainer = try LayerTrainer(
                plan, source: data.training, from: resumed, timer: timer,
                background: background, world)
            for outlet in outlets {
                outlet.layerBegan(
                    plan, cases: data.training.count, visible: data.training.visible,
                    fromStep: trainer.step, steps: trainer.batches.steps)
            }
            let session = Session(
                owner: self, data: data, finished: finished, timer: timer, outlets: outlets)
            try session.train(&trainer, isNew: resumed == nil, total: &total, left: &left, world)
            guard trainer.isDone else { return .stopped(totalSteps: total) }
            finished.append(trainer.outcome)
            resumed = nil
        }
        var result = model(finished)
        result.notes = notes
        result.notes["step"] = "\(total)"
        return .finished(result)
    }

    /// What models and checkpoints of the run say of it.
    fileprivate var notes: [String: String] {
        ["seed": "\(seed)", "configuration": configuration]
    }

    /// The layers as a model of the run's data, without notes.
    fileprivate func model(_ layers: [RBM]) -> Model {
        Model(layers: layers, imageShape: imageShape, standardization: standardization)
    }
}

/// One layer's loop: steps, and now and then a record or a checkpoint.
private struct Session {
    let owner: StackTrainer
    let data: LayerData
    let finished: [RBM]
    let timer: StepTimer
    let outlets: [any TrainingOutlet]
    let start = ContinuousClock.now

    func train(
        _ trainer: inout LayerTrainer, isNew: Bool, total: inout Int, left: inout Int,
        _ world: borrowing Communicator
    ) throws {
        let steps = trainer.batches.steps
        let firstStep = trainer.step
        let firstTotal = total
        let perEpoch = trainer.batches.stepsPerEpoch
        var monitorPace = Pacemaker(owner.monitor.every, stepsPerEpoch: perEpoch)
        var checkpointPace = Pacemaker(owner.checkpointEvery, stepsPerEpoch: perEpoch)
        let monitor = Monitor(
            owner.monitor, training: data.training, heldOut: data.heldOut,
            arithmetic: trainer.plan.arithmetic, seed: trainer.plan.seed, layer: trainer.plan.layer)
        let waitedBefore = world.exchange.seconds
        if isNew { try record(&trainer, monitor, firstStep, waitedBefore, world) }
        while !trainer.isDone, left > 0 {
            try trainer.advance(world)
            total = firstTotal + trainer.step - firstStep
            left -= 1
            if !outlets.isEmpty {
                let rate = rate(trainer, from: firstStep)
                for outlet in outlets {
                    outlet.advanced(toStep: trainer.step, of: steps, samplesPerSecond: rate)
                }
            }
            if try monitorPace.isDue(afterStep: trainer.step, world) || trainer.step == steps {
                try record(&trainer, monitor, firstStep, waitedBefore, world)
            }
            let isLast = trainer.isDone
            if isLast, trainer.step < steps, let watch = trainer.earlyStop {
                for outlet in outlets {
                    outlet.stoppedEarly(
                        trainer.plan, atStep: trainer.step, best: watch.bestStep)
                }
            }
            let isDue = try checkpointPace.isDue(afterStep: trainer.step, world)
            if isDue || isLast || left == 0 {
                try save(trainer, total: total, world)
            }
        }
    }

    /// Samples a second since the layer's training began or went on in this run.
    private func rate(_ trainer: borrowing LayerTrainer, from firstStep: Int) -> Double {
        let cases =
            trainer.batches.casesSeen(beforeStep: trainer.step)
            - trainer.batches.casesSeen(beforeStep: firstStep)
        return Double(cases) / max(seconds, 1e-9)
    }

    private var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

    private func record(
        _ trainer: inout LayerTrainer, _ monitor: Monitor, _ firstStep: Int,
        _ waitedBefore: Double, _ world: borrowing Communicator
    ) throws {
        try trainer.checkFinite()
        let rbm = trainer.result
        let seen = trainer.batches.casesSeen(beforeStep: trainer.step)
        let norm = rbm.parameters.weightNorm
        trainer.lastNorm = (trainer.step, norm)
        var record = MonitorRecord()
        try monitor.measure(rbm, into: &record, world)
        let seconds = seconds
        record.set(.layer, trainer.plan.layer)
        record.set(.epoch, Double(seen) / Double(trainer.batches.cases))
        record.set(.step, trainer.step)
        record.set(.casesSeen, seen)
        // The shortest text of the float, not all the digits of its double.
        record.set(.learningRate, Double(trainer.rate.description))
        record.set(.weightNorm, norm)
        record.set(.updateNorm, trainer.updateSquares.map { $0.squareRoot() })
        record.set(.seconds, time: seconds)
        record.set(.samplesPerSecond, time: rate(trainer, from: firstStep))
        record.set(
            .communicationShare,
            time: (world.exchange.seconds - waitedBefore) / max(seconds, 1e-9))
        trainer.watch(gap: record.number(.freeEnergyGap))
        // A record that cannot be written must end all ranks.
        try world.together { for outlet in outlets { try outlet.recorded(record) } }
        timer.lap(.monitoring)
    }

    /// Collective.
    ///
    /// Writes a checkpoint on rank 0; the others go on, unless it fails.
    private func save(
        _ trainer: borrowing LayerTrainer, total: Int, _ world: borrowing Communicator
    ) throws {
        guard let folder = owner.checkpoints else { return }
        try trainer.checkAgreement(world)
        try trainer.checkFinite()
        var state = try trainer.state(world)
        state?.note("\(finished.count)", "layer")
        state?.note("\(total)", "total_steps")
        for (name, text) in owner.notes { state?.note(text, name) }
        let model = owner.model(finished + [trainer.current])
        let path = try world.together { () throws -> String? in
            guard let state else { return nil }
            return try folder.save(Checkpoint(model, state))
        }
        if let path { for outlet in outlets { outlet.checkpointed(path) } }
        timer.lap(.checkpoints)
    }
}
