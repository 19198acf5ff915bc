import Dispatch
import Ranks
import RBMCore

/// Adds up statistics over ranks on a thread of its own, while the main thread computes.
///
/// One sum runs at a time, and no other exchange may begin before it has ended, because MPI allows
/// calls from one thread at a time. The calls are blocking: Open MPI's nonblocking sums make
/// progress only while a thread asks for it.
final class BackgroundSum: @unchecked Sendable {
    private let world: Communicator
    private let queue = DispatchQueue(label: "wilson.sums")
    private let ended = DispatchSemaphore(value: 0)

    // The main thread owns these between `finish` and `start`, and the queue owns them in between.
    private var statistics: Statistics?
    private var failure: MPIError?

    /// Collective.
    init(_ world: borrowing Communicator) throws(MPIError) { self.world = try world.duplicate() }

    /// Collective.
    ///
    /// Begins to add up the products of a panel.
    func start(_ statistics: consuming Statistics) {
        precondition(self.statistics == nil, "a sum has not ended")
        self.statistics = statistics
        queue.async {
            do throws(MPIError) {
                try self.world.sumProducts(&self.statistics!)
            } catch {
                self.failure = error
            }
            self.ended.signal()
        }
    }

    /// Collective.
    ///
    /// Waits for the end of a sum and returns it. The waiting counts as exchange of `world`.
    func finish(_ world: borrowing Communicator) throws(MPIError) -> Statistics {
        let start = ContinuousClock.now
        ended.wait()
        world.exchange.waited(since: start)
        world.exchange.sent(bytes: self.world.exchange.takeBytes())
        if let failure { throw failure }
        guard let result = statistics.take() else { preconditionFailure("no sum was begun") }
        return result
    }
}
