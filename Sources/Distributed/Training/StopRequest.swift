public import Ranks

/// Asks that a run stops with a checkpoint: by a signal to this rank, or because time is over.
///
/// One rank that asks is enough. All learn it with the sums of the next step, so that all stop after
/// the same one.
public final class StopRequest {
    private let deadline: ContinuousClock.Instant?
    /// Tells people why this rank asks.
    private let tell: (String) -> Void
    private var longestCheckpoint = Duration.zero
    private var isTold = false

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - deadline: When the run must have written its checkpoint; nil for never.
    ///   - tell: Receives the reason once, in a sentence.
    public init(deadline: ContinuousClock.Instant?, tell: @escaping (String) -> Void) {
        self.deadline = deadline
        self.tell = tell
    }

    /// Collective.
    ///
    /// Returns whether any rank wishes the run to stop now.
    ///
    /// It costs an exchange of its own. A training calls it whose steps add up nothing that can carry the wish.
    public func isMade(on world: borrowing Communicator) throws(MPIError) -> Bool {
        var wishes = [isMade ? 1.0 : 0]
        try world.sum(&wishes)
        return wishes[0] > 0
    }

    /// Local.
    ///
    /// Whether this rank wishes the run to stop now.
    var isMade: Bool {
        if let signal = StopSignal.received {
            say(
                "received \(signal): the run stops with a checkpoint. A second signal ends it at once"
            )
            return true
        }
        // The one before may still be under way, and the last one take longer than both.
        let reserve = longestCheckpoint * 3 + Self.margin
        guard let deadline, ContinuousClock.now.advanced(by: reserve) >= deadline else {
            return false
        }
        say("the time of the run is over: it stops with a checkpoint")
        return true
    }

    /// The time that a run needs to end beside its checkpoint.
    private static let margin = Duration.seconds(2)

    /// Notes how long a checkpoint took.
    public func checkpointTook(_ time: Duration) {
        longestCheckpoint = max(longestCheckpoint, time)
    }

    private func say(_ reason: String) {
        guard !isTold else { return }
        isTold = true
        tell(reason)
    }
}
