import Analysis
import DistributedTraining
import FlowMaps
import Foundation
import ModelFiles
import Ranks
import Reports
import Runs
import Storage

/// The folder of a run that trains auto-encoders, as that of `wilson train`: config.yaml, metrics.jsonl,
/// events for TensorBoard, log.txt, checkpoints and model.safetensors; while a process works, its lock.
///
/// Used on rank 0 alone.
final class AutoEncoderFolder {
    private let folder: RunFolder
    private let checkpoints: CheckpointFolder
    private let lock: FolderLock
    // Standard output belongs to the result.
    private let log = RunLog(quiet: true)
    private let cases: Int
    private let heldOut: Int
    private var outlets: [any TrainingOutlet] = []
    private var events: EventsOutlet?
    private let start = ContinuousClock.now
    /// When the layer's training began or went on, and after how many steps.
    private var began: (time: ContinuousClock.Instant, step: Int)?

    /// Takes the folder.
    ///
    /// - Parameters:
    ///   - settings: All that the training depends on but the name of the data file.
    ///   - cases: How many cases an epoch has.
    ///   - heldOut: How many cases are measured and not learned.
    /// - Throws: When the folder is another process's, or holds a run of other settings.
    init(
        _ path: String, settings: [String: String], cases: Int, heldOut: Int, host: String
    ) throws {
        folder = RunFolder(path: path)
        checkpoints = CheckpointFolder(folder.checkpointFolder, keep: 2)
        self.cases = cases
        self.heldOut = heldOut
        let log = log
        try folder.checkLinks()
        guard folder.holdsRun else {
            lock = try folder.lockNew(host: host, warn: { log.warn($0) })
            return
        }
        lock = try folder.lock(host: host, warn: { log.warn($0) })
        guard let text = try folder.configurationText() else { return }
        let stored = Dictionary(
            RunFolder.settings(of: text).map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        let keys = Set(stored.keys).union(settings.keys).subtracting([RunFolder.dataSetting])
            .sorted()
        let differences = keys.filter { stored[$0] != settings[$0] }
        guard differences.isEmpty else {
            throw SharedFailure(
                exitCode: ExitStatus.configuration,
                "\(path) holds another run; name another folder with --run, or restore:\n"
                    + differences.map {
                        "  \($0): \(stored[$0] ?? "nothing") there, \(settings[$0] ?? "nothing") here"
                    }.joined(separator: "\n"))
        }
    }

    /// Fails, and changes nothing, where the folder cannot be created or written to.
    static func check(_ path: String) throws {
        guard !Folder.isFile(path) else {
            throw StorageError(
                .cannotWrite, path, "is a file; name a folder with --run, or remove it")
        }
        try Folder.checkCreatable(path)
    }

    var modelFile: String { folder.modelFile }

    /// The newest checkpoint that can be read; nil for none.
    func newest() throws -> (file: SafetensorsFile, path: String)? {
        let log = log
        return try checkpoints.newest(warn: { log.warn($0) }) { file throws(StorageError) in
            try SafetensorsFile(path: file)
        }.map { ($0.0, $0.path) }
    }

    // MARK: The run

    /// Begins, or goes on from a checkpoint.
    func begin(
        _ state: AutoEncoderState, from checkpoint: String?, _ plan: AutoEncoderTraining.Plan,
        settings: [String: String], data: String, meaning: String, shape: [Int], ranks: Int,
        host: String
    ) throws {
        let log = log
        let lines = settings.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
        try folder.begin(
            RunFolder.text([(RunFolder.dataSetting, data)] + lines), warn: { log.warn($0) })
        try log.open(folder.logFile)
        log.say("wilson \(wilsonVersion), \(ranks) rank\(ranks == 1 ? "" : "s")")
        log.say(commandLineWords().joined(separator: " "))
        log.say(
            "\(cases) cases of \(data)\(heldOut > 0 ? " and \(heldOut) held out" : ""), \(meaning)")
        if let checkpoint { log.say("going on from \(checkpoint)") }
        let place = state.place(perEpoch: plan.batches(cases: cases))
        try checkpoints.removeLater(than: place?.total ?? 0)
        outlets = [
            JSONLinesOutlet(try folder.openMetrics(upTo: place.map { ($0.layer, $0.step) }))
        ]
        let events = EventsOutlet(
            folder.eventFolder, host: host, imageShape: shape, warn: { log.warn($0) })
        outlets.append(events)
        self.events = events
    }

    /// A layer's training begins, or goes on.
    func layerBegan(_ training: AutoEncoderTraining, bound: LossBound) {
        let steps = training.plan.batches(cases: cases)
        let done = training.step(cases: cases)
        began = (.now, done)
        events?.begin(layer: training.layer, fromStep: done)
        let (encoder, plan) = (training.encoder, training.plan)
        log.say(
            """

            layer \(training.layer): \(encoder.visibleCount)–\(encoder.hiddenCount) units, \
            \(encoder.output.rawValue) output, \(plan.loss.error.rawValue) error, batch \
            \(plan.batchSize) of \(cases) cases, \(plan.epochs * steps) steps\
            \(done > 0 ? ", going on from step \(done)" : "")
            """)
        log.say(
            "loss before the first step \(decimal(bound.atStart, 4)), error of the mean of all cases "
                + decimal(bound.ofMean, 4))
        log.say(Table.line(columns.map(\.title), in: columns))
    }

    private var columns: [Table.Column] {
        let measured: [Table.Column] =
            heldOut > 0 ? [.right("held out", width: 12), .right("gap", width: 10)] : []
        return [.right("epoch", width: 6), .right("step", width: 8), .right("error", width: 12)]
            + measured
            + [
                .right("penalty", width: 12), .right("|W|", width: 9),
                .right("cases/s", width: 9),
            ]
    }

    /// An epoch is over: a record of it.
    func epochEnded(_ training: AutoEncoderTraining, _ measured: HeldOutError?) throws {
        guard let began, let loss = training.losses.last else { return }
        let epochs = training.losses.count
        let step = training.step(cases: cases)
        let seconds = (ContinuousClock.now - began.time) / .seconds(1)
        let pace =
            Double((step - began.step) * cases) / Double(training.plan.batches(cases: cases))
            / max(seconds, 1e-6)
        var record = MonitorRecord()
        record[.layer] = .count(training.layer)
        record[.epoch] = .number(Double(epochs))
        record[.step] = .count(step)
        record[.casesSeen] = .count(epochs * cases)
        record[.learningRate] = .number(training.rate(step: step, cases: cases))
        record[.reconstructionError] = .number(loss.error)
        if let measured {
            record[.reconstructionErrorHeldOut] = .number(measured.heldOut)
            record[.reconstructionErrorGap] = .number(measured.gap)
        }
        record[.contractionPenalty] = .number(loss.penalty)
        let norm = training.encoder.weights.squares.squareRoot()
        record[.weightNorm] = .number(norm)
        record[.updateNorm] = .number(training.updateNorm)
        record[.warnings] = .names([])
        record[.seconds] = .number((seconds * 1e6).rounded() / 1e6)
        record[.samplesPerSecond] = .number(pace.rounded())
        for outlet in outlets { try outlet.recorded(record) }
        let measures = measured.map { [decimal($0.heldOut, 4), decimal($0.gap, 4)] } ?? []
        log.say(
            Table.line(
                ["\(epochs)", "\(step)", decimal(loss.error, 4)] + measures
                    + [decimal(loss.penalty, 4), decimal(norm, 3), decimal(pace, 0)], in: columns))
    }

    /// Writes a checkpoint after so many steps of all layers.
    func save(_ file: SafetensorsFile, totalSteps: Int) throws {
        // Records before the checkpoint that counts on them.
        for outlet in outlets { try outlet.willCheckpoint() }
        try checkpoints.save(file, totalSteps: totalSteps)
    }

    /// Writes lines for the log alone, from any thread; nil before the log is open.
    var keeper: (@Sendable (String) -> Void)? { log.keeper }

    /// Says that something is not as it should be.
    func warn(_ message: String) { log.warn(message) }

    /// Says why the run ends before its end.
    func ends(_ reason: String) { log.keep(reason) }

    /// Writes the model.
    func finish(_ file: SafetensorsFile) throws {
        try file.write(to: modelFile)
        log.say("total    \(decimal((ContinuousClock.now - start) / .seconds(1), 1)) s")
        log.say("model    \(modelFile)")
    }
}
