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
        let (whole, atto) = (now - last).components
        seconds[phase.rawValue] += Double(whole) + Double(atto) * 1e-18
        last = now
    }

    /// Forgets all times.
    public func reset() {
        for i in seconds.indices { seconds[i] = 0 }
        start()
    }
}
