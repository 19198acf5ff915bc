/// How often something is done: by steps, which is the same on every machine, or by time.
public enum Cadence: Sendable, Equatable {
    case steps(Int)
    case seconds(Double)
}

/// Decides when an interval has passed, alike on all ranks.
struct Pacemaker {
    private let cadence: Cadence
    private var last = ContinuousClock.now

    init(_ cadence: Cadence) { self.cadence = cadence }

    /// Collective.
    ///
    /// Whether it is due after `step` steps: rank 0's clock decides, where time does.
    mutating func isDue(afterStep step: Int, _ world: borrowing Communicator) throws(MPIError)
        -> Bool
    {
        switch cadence {
        case .steps(let count): return step % count == 0
        case .seconds(let seconds):
            let due = ContinuousClock.now - last >= .seconds(seconds)
            guard try world.broadcast([due ? 1 : 0]) == [1] else { return false }
            last = .now
            return true
        }
    }
}
