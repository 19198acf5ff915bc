import DistributedTraining
import Foundation
import RBMCore
import Reports
import Storage

/// Shows a run on rank 0: a table with a line for each record, and a live line on a terminal.
final class ProgressDisplay: TrainingObserver {
    private let log: RunLog
    private let metrics: LineFile
    private let showsLive: Bool
    private let layers: Int
    private var lastShown = ContinuousClock.now
    private var hasLiveLine = false

    init(_ log: RunLog, metrics: LineFile, layers: Int, quiet: Bool) {
        self.log = log
        self.metrics = metrics
        self.layers = layers
        showsLive = !quiet && Self.isOnTerminal
    }

    /// Whether people watch standard output.
    ///
    /// Open MPI gives rank 0 a terminal of its own whatever stands behind mpirun: there the launcher
    /// must say so.
    private static var isOnTerminal: Bool {
        let environment = ProcessInfo.processInfo.environment
        if let word = environment["WILSON_TERMINAL"] { return word == "1" }
        return environment["OMPI_COMM_WORLD_SIZE"] == nil && isatty(1) == 1
    }

    func layerBegan(_ plan: LayerPlan, cases: Int, visible: Int, fromStep step: Int, steps: Int) {
        let algorithm = plan.rule.algorithm.rawValue.uppercased()
        let from =
            step == steps
            ? ", trained before" : (step > 0 ? ", going on from step \(step)" : "")
        log.say(
            """

            layer \(plan.layer) of \(layers): \(visible) \(plan.visibleUnits) × \(plan.hidden) \
            \(plan.hiddenUnits) units, \(algorithm)-\(plan.rule.sweeps), batch \(plan.batch) of \
            \(cases) cases, \(steps) steps, \(plan.arithmetic) arithmetic\(from)
            """)
        guard step < steps else { return }
        log.say(Self.columns.map { pad($0.title, $0.width) }.joined())
    }

    private static let columns: [(title: String, width: Int)] = [
        ("epoch", 7), ("step", 9), ("F train", 12), ("F held-out", 12), ("gap", 9),
        ("pseudo-LL", 11), ("recon", 9), ("|W|", 9), ("samples/s", 11),
    ]

    func recorded(_ record: MonitorRecord) throws {
        try metrics.append(record.json)
        clearLiveLine()
        let cells = [
            decimal(record.epoch, 1), "\(record.step)", decimal(record.freeEnergyTrain, 3),
            decimal(record.freeEnergyHeldOut, 3), decimal(record.freeEnergyGap, 3),
            decimal(record.pseudoLogLikelihoodHeldOut, 3),
            decimal(record.reconstructionCrossEntropy, 3), decimal(record.weightNorm, 3),
            record.samplesPerSecond > 0 ? decimal(record.samplesPerSecond, 0) : "–",
        ]
        log.say(zip(cells, Self.columns).map { pad($0, $1.width) }.joined())
    }

    func advanced(toStep step: Int, of steps: Int, samplesPerSecond: Double) {
        // Asking the clock at every step of a small machine would cost more than the line.
        guard showsLive, step % 8 == 0 else { return }
        let now = ContinuousClock.now
        guard now - lastShown > .milliseconds(200) else { return }
        let elapsed = now - start
        lastShown = now
        if firstStep == nil { firstStep = step }
        let done = step - (firstStep ?? 0)
        let (seconds, _) = elapsed.components
        let left = done > 0 ? Int(Double(seconds) * Double(steps - step) / Double(done)) : 0
        hasLiveLine = true
        let line =
            "step \(step) of \(steps), \(decimal(samplesPerSecond, 0)) samples/s, "
            + "\(left / 60) min \(left % 60) s left"
        log.show("\r\u{1B}[2K\(line)")
    }

    private let start = ContinuousClock.now
    private var firstStep: Int?

    func checkpointed(_ path: String) {}

    func stoppedEarly(_ plan: LayerPlan, atStep step: Int, best: Int) {
        guard let rule = plan.earlyStop else { return }
        clearLiveLine()
        log.say(
            "layer \(plan.layer) stops at step \(step): the free-energy gap was above \(rule.gap) "
                + "nats in \(rule.patience) records; the model is that of step \(best)")
    }

    private func clearLiveLine() {
        guard hasLiveLine else { return }
        log.show("\r\u{1B}[2K")
        hasLiveLine = false
    }
}
