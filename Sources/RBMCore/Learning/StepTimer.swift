/// Attributes the wall time of a process to the phases of training.
///
/// One clock runs all the time: `lap` gives what passed since the last lap to a phase.
public final class StepTimer {
    /// The phases, in the order in which reports list them.
    public enum Phase: Int, CaseIterable, Sendable {
        case data, products, sampling, statistics, reduction, update, monitoring, checkpoints
    }

    /// Seconds by phase, indexed by `Phase.rawValue`.
    public private(set) var seconds = [Double](repeating: 0, count: Phase.allCases.count)

    private let now: () -> ContinuousClock.Instant
    private var last: ContinuousClock.Instant

    /// Starts the first lap.
    ///
    /// - Parameter now: Tells the time.
    public init(now: @escaping () -> ContinuousClock.Instant = { .now }) {
        self.now = now
        last = now()
    }

    /// Starts a lap without giving the time before it to any phase.
    public func start() { last = now() }

    /// Ends a lap.
    public func lap(_ phase: Phase) {
        let end = now()
        seconds[phase.rawValue] += (end - last) / .seconds(1)
        last = end
    }

    /// Forgets all times.
    public func reset() {
        for i in seconds.indices { seconds[i] = 0 }
        start()
    }
}
