/// How often something is done: by steps, which is the same on every machine, or by time.
public enum Cadence: Sendable, Equatable {
    case steps(Int)
    /// Epochs of the layer in training; rounded to whole steps, at least one.
    case epochs(Double)
    case seconds(Double)
}

/// Decides when an interval has passed, alike on all ranks.
struct Pacemaker {
    private enum Pace {
        case steps(Int)
        case seconds(Double)
    }

    private let pace: Pace
    private var last = ContinuousClock.now

    init(_ cadence: Cadence, stepsPerEpoch: Int) {
        pace =
            switch cadence {
            case .steps(let count): .steps(count)
            case .epochs(let count):
                .steps(max(1, Int(exactly: (count * Double(stepsPerEpoch)).rounded()) ?? .max))
            case .seconds(let seconds): .seconds(seconds)
            }
    }

    /// Collective.
    ///
    /// Whether it is due after `step` steps: rank 0's clock decides, where time does.
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
