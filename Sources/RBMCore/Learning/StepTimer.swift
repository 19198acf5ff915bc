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

    private var last = ContinuousClock.now

    public init() {}

    /// Starts a lap without giving the time before it to any phase.
    public func start() { last = .now }

    /// Ends a lap.
    public func lap(_ phase: Phase) {
        let now = ContinuousClock.now
        seconds[phase.rawValue] += (now - last) / .seconds(1)
        last = now
    }

    /// Forgets all times.
    public func reset() {
        for i in seconds.indices { seconds[i] = 0 }
        start()
    }
}
