import DistributedTraining
import Ranks
import RBMCore

/// Notes how long each counted step took, and what of it each phase.
final class StepBenchmarkWatch: TrainingOutlet {
    /// The phases of a step; the others come between steps.
    static let phases: [StepTimer.Phase] = [
        .data, .products, .sampling, .statistics, .reduction, .update,
    ]

    private let schedule: StepBenchmarkSchedule
    private let timer: StepTimer
    private let exchange: ExchangeAccount
    private let betweenSegments: () -> Void

    private var steps: [Double] = []
    /// Seconds by phase, each of all counted steps.
    private var phaseSeconds = [[Double]](repeating: [], count: phases.count)

    /// Seconds of all counted steps for which the thread had a core.
    private var busySeconds = 0.0

    /// Seconds of exchange of each counted step, and bytes of all.
    private var exchangeSeconds: [Double] = []
    private var exchangeBytes = 0

    private var lastTime = ContinuousClock.now
    private var lastBusy = threadSeconds()
    private var lastSeconds: [Double]
    private var lastExchange = (seconds: 0.0, bytes: 0)

    init(
        _ schedule: StepBenchmarkSchedule, timer: StepTimer, exchange: ExchangeAccount,
        betweenSegments: @escaping () -> Void
    ) {
        self.schedule = schedule
        self.timer = timer
        self.exchange = exchange
        self.betweenSegments = betweenSegments
        lastSeconds = timer.seconds
    }

    func advanced(toStep step: Int, of steps: Int, samplesPerSecond: Double) {
        if schedule.isCounted(step - 1) {
            busySeconds += threadSeconds() - lastBusy
            self.steps.append((.now - lastTime) / .seconds(1))
            exchangeSeconds.append(exchange.seconds - lastExchange.seconds)
            exchangeBytes += exchange.bytes - lastExchange.bytes
            for (i, phase) in Self.phases.enumerated() {
                phaseSeconds[i].append(
                    timer.seconds[phase.rawValue] - lastSeconds[phase.rawValue])
            }
        }
        if schedule.isSegmentEnd(step) {
            betweenSegments()
            timer.start()
        }
        lastSeconds = timer.seconds
        lastExchange = (exchange.seconds, exchange.bytes)
        lastTime = .now
        lastBusy = threadSeconds()
    }

    /// What this rank measured.
    func measures(
        with limits: StepBenchmarkLimits, memory: MemoryGrowth?
    ) -> StepBenchmarkMeasures {
        StepBenchmarkMeasures(
            step: median(steps), fastestStep: steps.min() ?? 0, slowestStep: steps.max() ?? 0,
            phases: phaseSeconds.map(median),
            processorShare: busySeconds / max(steps.reduce(0, +), 1e-12),
            memory: memory.map { Double($0.bytes) } ?? -1,
            exchange: median(exchangeSeconds),
            exchangedBytes: Double(exchangeBytes) / Double(max(1, steps.count)),
            limits: limits.medians)
    }
}
