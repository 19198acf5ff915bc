import ModelFiles
import Ranks
import RBMCore
import Storage

/// One layer's loop: steps, and now and then a record or a checkpoint.
struct LayerLoop {
    let owner: StackTrainer
    let data: LayerData
    let finished: [any Machine]
    let timer: StepTimer
    let outlets: [any TrainingOutlet]
    /// Writes the checkpoints, on rank 0; nil elsewhere, and where none are kept.
    let writer: CheckpointWriter?
    /// Brings checkpoints of divided layers to the writer.
    let passage: CheckpointPassage
    let start = ContinuousClock.now

    func train(
        _ trainer: inout LayerTrainer, from resumed: Checkpoint?, total: inout Int, left: inout Int,
        _ world: borrowing Communicator
    ) throws {
        let steps = trainer.batches.steps
        let firstStep = trainer.step
        let firstTotal = total
        let perEpoch = trainer.batches.stepsPerEpoch
        var monitorClock = IntervalClock(owner.monitor.every, stepsPerEpoch: perEpoch)
        var checkpointClock = IntervalClock(owner.checkpointEvery, stepsPerEpoch: perEpoch)
        let monitor = Monitor(
            owner.monitor, training: data.training, heldOut: data.heldOut,
            visibleUnits: trainer.plan.visibleUnits, arithmetic: trainer.plan.arithmetic,
            seed: trainer.plan.seed, layer: trainer.plan.layer)
        var best = owner.bestRule.map { BestRecord($0) }
        if let resumed {
            do throws(StateFault) {
                try best?.restore(from: resumed.state)
                let model = trainer.result
                if let row = model.row {
                    try monitor.restore(from: resumed.state, of: model, row.grid.alongData)
                } else {
                    try monitor.restore(from: resumed.state, of: model, world)
                }
            } catch {
                throw SharedFailure(exitCode: ExitStatus.badFile, "the checkpoint \(error)")
            }
        }
        let standing = try TrainingWarning.beforeTraining(
            trainer.plan, on: data, caseShape: trainer.plan.layer == 0 ? owner.imageShape : nil,
            monitor: owner.monitor, world)
        let waitedBefore = world.exchange.seconds
        var pictured: Int?
        if resumed == nil {
            _ = try record(&trainer, monitor, standing, firstStep, waitedBefore, &pictured, world)
        }
        while !trainer.isDone, left > 0 {
            let next = trainer.step + 1
            RankProgress.begin(.step, step: trainer.step)
            try trainer.advance(
                asksToStop: owner.stopRequest?.isMade == true,
                isMeasured: monitorClock.mayBeDue(afterStep: next) || next == steps, world)
            if trainer.stopIsAsked { left = 1 }
            total = firstTotal + trainer.step - firstStep
            left -= 1
            if !outlets.isEmpty {
                let rate = rate(trainer, from: firstStep)
                for outlet in outlets {
                    outlet.advanced(toStep: trainer.step, of: steps, samplesPerSecond: rate)
                }
            }
            if trainer.step.isMultiple(of: owner.agreementEvery) {
                try trainer.agree(world)
                timer.lap(.reduction)
            }
            if passage.isUnderWay {
                try passage.pass()
                timer.lap(.checkpoints)
            }
            tell(writer?.takeOutcome())
            var isBest = false
            if try monitorClock.isDue(afterStep: trainer.step, world) || trainer.step == steps {
                let record = try record(
                    &trainer, monitor, standing, firstStep, waitedBefore, &pictured, world)
                if best != nil {
                    let isBetter = best?.see(record, step: trainer.step) == true
                    // Rank 0 has measured all, and writes.
                    isBest = try world.minimum(world.rank > 0 || isBetter ? 1 : 0) == 1
                }
            }
            let isLast = trainer.isDone
            if isLast, trainer.step < steps, let watch = trainer.earlyStop {
                for outlet in outlets {
                    outlet.stoppedEarly(
                        trainer.plan, atStep: trainer.step,
                        best: watch.choice(ofSteps: trainer.step))
                }
            }
            let isDue = try checkpointClock.isDue(afterStep: trainer.step, world)
            if isDue || isLast || isBest || left == 0 {
                // A run that stops here goes on from this checkpoint.
                let isNeeded = owner.needsCheckpoints || left == 0
                try save(
                    trainer, monitor, best, isBest: isBest, total: total, isNeeded: isNeeded,
                    waits: isNeeded || isLast, world)
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

    /// The most snapshots of a layer between its first and its last record.
    private static let mostSnapshots = 100

    /// Collective.
    ///
    /// - Parameter pictured: The step of the last snapshot; nil for none.
    private func record(
        _ trainer: inout LayerTrainer, _ monitor: Monitor, _ standing: [TrainingWarning],
        _ firstStep: Int, _ waitedBefore: Double, _ pictured: inout Int?,
        _ world: borrowing Communicator
    ) throws -> MonitorRecord {
        RankProgress.begin(.record, step: trainer.step)
        try trainer.agree(world)
        try trainer.checkFinite()
        let model = trainer.result
        let kind = trainer.plan.visibleUnits
        let hiddenKind = trainer.plan.hiddenUnits
        let seen = trainer.batches.casesSeen(beforeStep: trainer.step)
        var record = MonitorRecord()
        let chains = trainer.chains
        var found = standing
        // The ranks of a row measure the same cases, each with its hidden columns.
        let findings =
            if let row = model.row {
                try measure(
                    trainer, monitor, model, chains, into: &record, &found, row.grid.alongData)
            } else {
                try measure(trainer, monitor, model, chains, into: &record, &found, world)
            }
        record.set(
            found
                + TrainingWarning.all(
                    of: record,
                    progress: Double(trainer.step) / Double(max(1, trainer.batches.steps)),
                    visible: model.visibleCount, kind: kind,
                    hidden: hiddenKind.columns == 1 ? model.hiddenCount : nil,
                    heldOutError: findings.heldOutError, stopGap: trainer.plan.earlyStop.gap))
        // Chains that do not follow the model bound nothing, however near to each other the means are.
        if record.warnings.contains(where: \.isOfMixing) {
            record.set(.logLikelihoodHeldOutError, nil)
        }
        let seconds = seconds
        record.set(.layer, trainer.plan.layer)
        record.set(.epoch, Double(seen) / Double(trainer.batches.cases))
        record.set(.step, trainer.step)
        record.set(.casesSeen, seen)
        // The shortest text of the float, not all the digits of its double.
        record.set(.learningRate, Double(trainer.rate.description))
        record.set(.weightNorm, trainer.measureNorm())
        record.set(.updateNorm, trainer.updateSquares.map { $0.squareRoot() })
        record.set(.seconds, time: seconds)
        record.set(.samplesPerSecond, time: rate(trainer, from: firstStep))
        record.set(
            .communicationShare,
            time: (world.exchange.seconds - waitedBefore) / max(seconds, 1e-9))
        trainer.watch(gap: record.number(.freeEnergyGap))
        // A record that cannot be written must end all ranks.
        try world.together { for outlet in outlets { try outlet.recorded(record) } }
        let (step, steps) = (trainer.step, trainer.batches.steps)
        let isDue =
            pictured.map { step == steps || (step - $0) * Self.mostSnapshots >= steps } ?? true
        if owner.takesSnapshots, isDue {
            pictured = step
            try show(model, step: step, findings.activities, chains, monitor, world)
        }
        timer.lap(.monitoring)
        return record
    }

    /// Collective.
    ///
    /// Measures a model and its chains, and adds what is wrong with them to the warnings.
    ///
    /// - Parameter column: The ranks that share the cases, each with the same hidden columns.
    private func measure(
        _ trainer: borrowing LayerTrainer, _ monitor: Monitor, _ model: MeasuredLayer,
        _ chains: TrainedChains?, into record: inout MonitorRecord,
        _ found: inout [TrainingWarning], _ column: borrowing Communicator
    ) throws -> Monitor.Findings {
        let isLast = trainer.step == trainer.batches.steps
        let findings = try monitor.measure(model, chains: chains, into: &record, column)
        try monitor.measureLikelihood(
            of: model, step: trainer.step, stepsPerEpoch: trainer.batches.stepsPerEpoch,
            isLast: isLast, chains: chains, into: &record, column)
        guard isLast else { return findings }
        let phase = trainer.plan.negativePhase
        let sweeps = trainer.step * phase.sweeps * phase.chainCount
        if try monitor.findsMissedModes(
            of: model, step: trainer.step, chains: chains, sweeps: sweeps, column)
        {
            found.append(.chainsMissModes)
        }
        return findings
    }

    /// Collective.
    ///
    /// Shows a snapshot to the outlets.
    private func show(
        _ model: MeasuredLayer, step: Int, _ activities: [Double], _ chains: TrainedChains?,
        _ monitor: Monitor, _ world: borrowing Communicator
    ) throws {
        var values: [Float] = []
        if let chains {
            let most = LayerSnapshot.mostChains
            values =
                if let row = model.row {
                    try monitor.values(ofFirst: most, of: chains, row.grid.alongData)
                } else {
                    try monitor.values(ofFirst: most, of: chains, world)
                }
        }
        let snapshot = LayerSnapshot(
            of: model, layer: finished.count, step: step, below: finished,
            activities: activities, chains: values)
        for outlet in outlets { outlet.pictured(snapshot) }
    }

    /// Collective.
    ///
    /// Begins to write a checkpoint, once the one before is on disk. Rank 0 writes it.
    ///
    /// - Parameters:
    ///   - best: What the checkpoint says of the best record; nil where none is kept.
    ///   - isBest: Whether it is the checkpoint of that record.
    ///   - isNeeded: Whether the run ends if the checkpoint cannot be written; else the earlier ones
    ///     stay, and the training goes on.
    ///   - waits: Whether all ranks wait until it is on disk.
    private func save(
        _ trainer: borrowing LayerTrainer, _ monitor: Monitor, _ best: BestRecord?, isBest: Bool,
        total: Int, isNeeded: Bool, waits: Bool, _ world: borrowing Communicator
    ) throws {
        guard owner.checkpoints != nil else { return }
        RankProgress.begin(.checkpoint, step: trainer.step)
        try trainer.checkAgreement(world)
        try trainer.checkFinite()
        var state = try trainer.state(world)
        if let row = trainer.row {
            try monitor.save(into: &state, row.grid.alongData)
        } else {
            try monitor.save(into: &state, world)
        }
        state?.note("\(finished.count)", "layer")
        state?.note("\(total)", "total_steps")
        for (name, text) in owner.notes { state?.note(text, name) }
        for (name, text) in owner.checkpointNotes { state?.note(text, name) }
        if var tree = state {
            best?.save(into: &tree)
            state = tree
        }
        let layers = finished + [trainer.current]
        if let row = trainer.row {
            // No second one begins before the first is on disk.
            try passage.passRest()
            tell(writer?.wait())
            begin(layers, state, of: row, isBest: isBest, total: total, waits: waits)
            if waits { try passage.passRest() }
        }
        try world.together {
            guard let state, let writer else { return }
            if trainer.row == nil {
                let model = owner.model(layers.map(\.own))
                tell(writer.wait())
                try writer.start(Checkpoint(model, state), isBest: isBest, prepare: prepare)
            }
            guard waits else { return }
            let outcome = writer.wait()
            if isNeeded, case .failure(let error)? = outcome?.result { throw error }
            tell(outcome)
        }
        timer.lap(.checkpoints)
    }

    /// Collective.
    ///
    /// Begins with a checkpoint of layers that ranks divide.
    ///
    /// - Parameter waits: Whether the training waits until it is on disk.
    private func begin(
        _ layers: [any Machine], _ state: StateTree?, of row: GridRow, isBest: Bool, total: Int,
        waits: Bool
    ) {
        guard let state else { return }
        var file = DividedFile(
            DividedModel(
                machines: layers, imageShape: owner.imageShape,
                standardization: owner.standardization))
        file.add(state, of: row)
        writer?.start(
            file.held, inPieces: file.shapes, totalSteps: total,
            isBestOfLayer: isBest ? finished.count : nil, prepare: prepare)
        passage.begin(file, changing: waits ? nil : state.prefix)
    }

    /// Tells the outlets, on the thread of the checkpoints, that one is going to be written.
    private var prepare: @Sendable () throws(StorageError) -> Void {
        let told = OutletsOnAnotherThread(outlets)
        return { () throws(StorageError) in
            for outlet in told.outlets { try outlet.willCheckpoint() }
        }
    }

    /// Tells the outlets how a checkpoint ended.
    private func tell(_ outcome: CheckpointWriter.Outcome?) {
        guard let outcome else { return }
        owner.stopRequest?.checkpointTook(outcome.duration)
        for outlet in outlets {
            switch outcome.result {
            case .success(let path): outlet.checkpointed(path)
            case .failure(let error): outlet.checkpointFailed(error)
            }
        }
    }
}

/// Outlets that the thread of the checkpoints tells of the next one.
private final class OutletsOnAnotherThread: @unchecked Sendable {
    let outlets: [any TrainingOutlet]

    init(_ outlets: [any TrainingOutlet]) { self.outlets = outlets }
}
