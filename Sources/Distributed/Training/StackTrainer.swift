public import ModelFiles
public import Ranks
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
    /// By what the best checkpoint of a layer is kept beside the newest ones; nil for none.
    public var bestRule: BestRule?
    public var imageShape: [Int]
    /// How the data are standardized, kept in checkpoints and the model; nil for not at all.
    public var standardization: Standardization?
    /// How the data were read, kept in checkpoints and the model as `data.…`.
    public var dataNotes: [String: String] = [:]
    /// What else checkpoints say of the run, and its model does not.
    public var checkpointNotes: [String: String] = [:]
    public var seed: UInt64
    /// The resolved configuration, kept in checkpoints.
    public var configuration: String
    /// Updates after which a run stops with a checkpoint; nil for all.
    public var stopAfterSteps: Int?
    /// The steps after which ranks compare what they hold, beside each record and each checkpoint.
    public var agreementEvery = 1000
    /// Whether a checkpoint that cannot be written ends the run.
    public var needsCheckpoints = false
    /// Whether outlets are shown snapshots of the layers; the same on all ranks.
    public var takesSnapshots = false
    /// What asks for a stop with a checkpoint before the last step; nil for nothing.
    public var stopRequest: StopRequest?
    /// How many ranks divide the hidden units of a layer among them, which divides the number of ranks;
    /// nil for what trial steps of each layer show to be fastest.
    public var hiddenRanks: Int? = 1
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
        ///
        /// The model is nil on ranks that lack hidden columns of its top layer, which so many ranks divide.
        case finished(Model?, hiddenRanks: Int)
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
        // Goes last, and then has written what it began.
        let writer = world.rank == 0 ? checkpoints.map { CheckpointWriter($0) } : nil
        defer { withExtendedLifetime(writer) {} }
        timer.start()
        for plan in plans.dropFirst(finished.count) {
            let data = try data(plan.layer, finished)
            var plan = plan
            if plan.startsUpsideDown, plan.initial == nil, resumed == nil, let below = finished.last
            {
                let lower = try self.data(plan.layer - 1, finished.dropLast()).training
                plan.initial = Parameters(
                    upsideDown: below, rates: try baseRates(of: lower, world), hidden: plan.hidden,
                    hasBiases: plan.optimizer.biases, deviation: plan.initialWeights,
                    seed: plan.seed, layer: plan.layer)
            }
            let triesGrids = hiddenRanks == nil && world.size > 1
            // The grids cut it in different ways.
            let start =
                triesGrids && resumed == nil
                ? try TrainingStart(
                    plan, data.training, slice: HiddenSlice(whole: plan.hidden), world) : nil
            var choice: GridChoice?
            if triesGrids {
                let trial = GridTrial(
                    plan: plan, source: data.training, start: start, checkpoint: resumed)
                choice = try trial.choice(upTo: left, world)
                timer.start()
            }
            let ranksOfRow = choice?.hiddenRanks ?? hiddenRanks ?? 1
            var trainer = try LayerTrainer(
                plan, source: data.training, from: resumed, start: start, timer: timer,
                hiddenRanks: ranksOfRow, world)
            if let choice { for outlet in outlets { outlet.gridChosen(choice, plan) } }
            for outlet in outlets {
                outlet.layerBegan(
                    plan, cases: data.training.count, visible: data.training.visible,
                    fromStep: trainer.step, steps: trainer.batches.steps)
            }
            let loop = LayerLoop(
                owner: self, data: data, finished: finished, timer: timer, outlets: outlets,
                writer: writer)
            try loop.train(&trainer, from: resumed, total: &total, left: &left, world)
            guard trainer.isDone else { return .stopped(totalSteps: total) }
            resumed = nil
            guard finished.count + 1 == plans.count else {
                // The layers above are trained on what it makes of each rank's own cases.
                finished.append(trainer.outcome)
                continue
            }
            let top = try trainer.outcomeOnFirstRank()
            var result = top.map { model(finished + [$0]) }
            result?.notes = notes
            result?.notes["step"] = "\(total)"
            return .finished(result, hiddenRanks: ranksOfRow)
        }
        preconditionFailure("no layer of \(plans.count) is left to train")
    }

    /// What models and checkpoints of the run say of it.
    var notes: [String: String] {
        dataNotes.merging(["seed": "\(seed)", "configuration": configuration]) { $1 }
    }

    /// The layers as a model of the run's data, without notes.
    func model(_ layers: [RBM]) -> Model {
        Model(layers: layers, imageShape: imageShape, standardization: standardization)
    }
}
