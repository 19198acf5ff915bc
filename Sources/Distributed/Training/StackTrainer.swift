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
    ///
    /// Where ranks divide these, all ranks of a row load the same cases.
    public var data: (Int, [any Machine]) throws -> LayerData

    public init(
        plans: [LayerPlan], monitor: MonitorPlan, checkpointEvery: Interval,
        checkpoints: CheckpointFolder?, imageShape: [Int], seed: UInt64, configuration: String,
        stopAfterSteps: Int?, data: @escaping (Int, [any Machine]) throws -> LayerData
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
    public enum Outcome {
        /// With the model, of which each rank has its hidden columns of the layers that so many ranks divide.
        case finished(DividedModel, hiddenRanks: Int)
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
        var finished = try finishedLayers(of: checkpoint, world)
        var resumed = checkpoint
        var total = checkpoint?.totalSteps ?? 0
        var left = stopAfterSteps ?? .max
        // Goes last, and then has written what it began.
        let writer = world.rank == 0 ? checkpoints.map { CheckpointWriter($0) } : nil
        defer { withExtendedLifetime(writer) {} }
        let passage = CheckpointPassage(writer)
        timer.start()
        for plan in plans.dropFirst(finished.count) {
            let data = try data(plan.layer, finished)
            var plan = plan
            if plan.startsUpsideDown, plan.initial == nil, resumed == nil, let below = finished.last
            {
                let lower = try self.data(plan.layer - 1, finished.dropLast()).training
                let rates =
                    if let row = below.group as? GridRow {
                        try baseRates(of: lower, row.grid.alongData)
                    } else {
                        try baseRates(of: lower, world)
                    }
                plan.initial = Parameters(
                    upsideDown: below, rates: rates, hidden: plan.hidden,
                    hasBiases: plan.optimizer.biases, deviation: plan.initialWeights,
                    seed: plan.seed, layer: plan.layer,
                    slice: ownSlice(of: plan, rank: world.rank))
            }
            let triesGrids = hiddenRanks == nil && world.size > 1
            // The grids cut it in different ways.
            let start =
                triesGrids && resumed == nil
                ? try TrainingStart(
                    plan, data.training, slice: HiddenSlice(whole: plan.hidden), column: world,
                    world) : nil
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
                hiddenRanks: ranksOfRow, below: finished.last?.group as? GridRow, world)
            if let choice { for outlet in outlets { outlet.gridChosen(choice, plan) } }
            for outlet in outlets {
                outlet.layerBegan(
                    plan, cases: data.training.count, visible: data.training.visible,
                    fromStep: trainer.step, steps: trainer.batches.steps)
            }
            let loop = LayerLoop(
                owner: self, data: data, finished: finished, timer: timer, outlets: outlets,
                writer: writer, passage: passage)
            try loop.train(&trainer, from: resumed, total: &total, left: &left, world)
            guard trainer.isDone else { return .stopped(totalSteps: total) }
            resumed = nil
            guard finished.count + 1 == plans.count else {
                // The layers above are trained on what it makes of their cases. A grid that is chosen for
                // each layer may divide the ranks otherwise there.
                let outcome = trainer.outcome
                finished.append(hiddenRanks == nil ? outcome.whole : outcome)
                continue
            }
            var result = DividedModel(
                machines: finished + [trainer.outcome], imageShape: imageShape,
                standardization: standardization)
            result.notes = notes
            result.notes["step"] = "\(total)"
            return .finished(result, hiddenRanks: ranksOfRow)
        }
        preconditionFailure("no layer of \(plans.count) is left to train")
    }

    /// Collective.
    ///
    /// The layers of a checkpoint that are finished, joined with the ranks that hold their other columns.
    private func finishedLayers(
        of checkpoint: Checkpoint?, _ world: borrowing Communicator
    ) throws(MPIError) -> [any Machine] {
        var machines: [any Machine] = []
        for (own, slice) in zip(checkpoint?.finished ?? [], checkpoint?.slices ?? []) {
            guard let hiddenRanks, hiddenRanks > 1 else {
                machines.append(own)
                continue
            }
            let row = try GridRow(
                ranks: hiddenRanks, hidden: slice.total, unit: own.hiddenUnits.columns,
                like: machines.last?.group as? GridRow, world)
            let isCut = slice == row.slice
            machines.append(
                DividedRBM(
                    own: isCut
                        ? own
                        : RBM(
                            visibleUnits: own.visibleUnits, hiddenUnits: own.hiddenUnits,
                            parameters: own.parameters.cut(to: row.slice)), group: row))
        }
        return machines
    }

    /// The hidden columns of a layer that a rank holds from the start; nil for all.
    private func ownSlice(of plan: LayerPlan, rank: Int) -> HiddenSlice? {
        guard let hiddenRanks, hiddenRanks > 1 else { return nil }
        let parts = HiddenSlice.parts(
            of: plan.hidden, among: hiddenRanks, unit: plan.hiddenUnits.columns)
        return HiddenSlice(parts[rank % hiddenRanks], of: plan.hidden)
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
