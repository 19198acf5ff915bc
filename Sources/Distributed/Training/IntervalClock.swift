import Ranks
import RBMCore

/// Decides when an interval has passed, alike on all ranks.
struct IntervalClock {
    private enum Pace {
        case steps(Int)
        case seconds(Double)
    }

    private let pace: Pace
    private var last = ContinuousClock.now

    /// Starts the first interval; an interval lasts at least one step.
    init(_ interval: Interval, stepsPerEpoch: Int) {
        pace =
            switch interval {
            case .minutes(let minutes): .seconds(60 * minutes)
            case .steps, .epochs: .steps(max(1, interval.steps(perEpoch: stepsPerEpoch) ?? 1))
            }
    }

    /// Local.
    ///
    /// Tells whether an interval may end after `step` steps; the same on all ranks.
    func mayBeDue(afterStep step: Int) -> Bool {
        switch pace {
        case .steps(let count): step % count == 0
        case .seconds: true
        }
    }

    /// Collective.
    ///
    /// Tells whether an interval ends after `step` steps: rank 0's clock decides, where time does.
    mutating func isDue(afterStep step: Int, _ world: borrowing Communicator) throws(MPIError)
        -> Bool
    {
        switch pace {
        case .steps(let count): return step % count == 0
        case .seconds(let seconds):
            let due = ContinuousClock.now - last >= .seconds(seconds)
            guard try world.broadcast([due ? 1 : 0]) == [1] else { return false }
            last = .now
            return true
        }
    }
}
