import DistributedTraining
import Foundation
import ModelFiles
import RBMCore
import Reports
import Storage

/// Shows a run to people: a table with a line for each record, and a live line on a terminal.
final class TerminalOutlet: TrainingOutlet {
    private let log: RunLog
    private let showsLive: Bool
    private let layers: Int
    private let start = ContinuousClock.now
    private var timeLeft: TimeLeft
    private var lastShown = ContinuousClock.now
    private var hasLiveLine = false
    private let showsLikelihood: Bool
    /// What the last record warned of.
    private var warned: [TrainingWarning] = []

    /// The metrics of the table, and their decimals; together 80 characters wide.
    private static let metrics: [(metric: Metric, column: Table.Column, decimals: Int)] = [
        (.epoch, .right("epoch", width: 5), 1),
        (.step, .right("step", width: 6), 0),
        (.freeEnergyTrain, .right("F train", width: 9), 3),
        (.freeEnergyHeldOut, .right("F held", width: 9), 3),
        (.freeEnergyGap, .right("gap", width: 6), 3),
        (.pseudoLogLikelihoodHeldOut, .right("pseudo", width: 8), 3),
        (.reconstructionCrossEntropy, .right("recon", width: 7), 3),
        (.weightNorm, .right("|W|", width: 7), 3),
        (.samplesPerSecond, .right("cases/s", width: 7), 0),
    ]

    /// - Parameters:
    ///   - timeLeft: Before the first layer.
    ///   - showsLikelihood: Whether a column has the log-likelihood.
    init(
        _ log: RunLog, layers: Int, timeLeft: TimeLeft, showsLikelihood: Bool, quiet: Bool
    ) {
        self.timeLeft = timeLeft
        self.showsLikelihood = showsLikelihood
        self.log = log
        self.layers = layers
        showsLive = !quiet && Self.isOnTerminal
    }

    /// The column of the log-likelihood, and its place among the others.
    private static let likelihood = Table.Column.right("log-likelihood", width: 18)
    private static let likelihoodPlace = 5

    /// The estimate with its error where it is determined; otherwise its bounds, as far as there are two.
    private static func likelihoodText(_ record: MonitorRecord) -> String {
        guard let upper = record.number(.logLikelihoodHeldOutUpper) else { return "–" }
        guard let lower = record.number(.logLikelihoodHeldOutLower) else {
            return "below \(decimal(upper, 1))"
        }
        guard let value = record.number(.logLikelihoodHeldOut),
            let error = record.number(.logLikelihoodHeldOutError)
        else { return "\(decimal(lower, 1)) … \(decimal(upper, 1))" }
        return "\(decimal(value, 2)) ± \(decimal(error, 2))"
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

    func gridChosen(_ choice: GridChoice, _ plan: LayerPlan) {
        guard choice.candidates.count > 1 else { return }
        let texts = choice.candidates.map { candidate in
            "\(candidate.data)x\(candidate.hidden) "
                + "(\(decimal(candidate.seconds.map { $0 * 1e3 }, 2)) ms a step)"
        }
        let others =
            choice.possible > texts.count
            ? ", which a forecast took from \(choice.possible) grids" : ""
        log.say(
            "grid of layer \(plan.layer): \(texts[0]), chosen by trial steps before "
                + texts.dropFirst().joined(separator: ", ") + others)
    }

    func layerBegan(_ plan: LayerPlan, cases: Int, visible: Int, fromStep step: Int, steps: Int) {
        let from =
            step == steps
            ? ", trained before" : (step > 0 ? ", going on from step \(step)" : "")
        log.say(
            """

            layer \(plan.layer) of \(layers): \(plan.units(onVisible: visible)) units, \
            \(plan.negativePhase.title), batch \(plan.batch) of \
            \(cases) cases, \(steps) steps, \(plan.arithmetic) arithmetic\(from)
            """)
        guard step < steps else { return }
        timeLeft.begin(plan.layer, step: step, at: ContinuousClock.now - start)
        var columns = Self.metrics.map(\.column)
        if showsLikelihood { columns.insert(Self.likelihood, at: Self.likelihoodPlace) }
        log.say(Table.line(columns.map(\.title), in: columns))
    }

    func checkpointFailed(_ failure: StorageError) {
        clearLiveLine()
        log.warn("no checkpoint: \(failure) The training goes on, and tries again at the next")
    }

    func recorded(_ record: MonitorRecord) {
        clearLiveLine()
        var cells = Self.metrics.map { metric, _, decimals in
            // Before the first step there is no rate.
            metric == .samplesPerSecond && record.number(metric) == 0
                ? "–" : decimal(record.number(metric), decimals)
        }
        var columns = Self.metrics.map(\.column)
        if showsLikelihood {
            columns.insert(Self.likelihood, at: Self.likelihoodPlace)
            cells.insert(Self.likelihoodText(record), at: Self.likelihoodPlace)
        }
        log.say(Table.line(cells, in: columns))
        let warnings = record.warnings
        // Each is said when it begins, and stands in every record.
        for warning in warnings where !warned.contains(warning) {
            log.warn(warning.line)
        }
        warned = warnings
    }

    func advanced(toStep step: Int, of steps: Int, samplesPerSecond: Double) {
        // Asking the clock at every step of a small machine would cost more than the line.
        guard showsLive, step % 8 == 0 else { return }
        let now = ContinuousClock.now
        guard now - lastShown > .milliseconds(200) else { return }
        lastShown = now
        let left = timeLeft.seconds(step: step, at: now - start)
        hasLiveLine = true
        log.show(
            "\r\u{1B}[2Kstep \(step) of \(steps), \(decimal(samplesPerSecond, 0)) cases/s"
                + (left.map { ", \(durationText($0)) left" } ?? ""))
    }

    func stoppedEarly(_ plan: LayerPlan, atStep step: Int, best: Int) {
        guard let gap = plan.earlyStop.gap else { return }
        clearLiveLine()
        let patience = plan.earlyStop.patience
        log.say(
            "layer \(plan.layer) stops at step \(step): the free-energy gap was above \(gap) "
                + "nats in \(patience) record\(patience == 1 ? "" : "s"); the model is that of step "
                + "\(best)")
    }

    private func clearLiveLine() {
        guard hasLiveLine else { return }
        log.show("\r\u{1B}[2K")
        hasLiveLine = false
    }
}
