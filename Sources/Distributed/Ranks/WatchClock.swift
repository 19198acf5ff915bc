import Dispatch
import Synchronization

/// Looks again and again, on a thread of its own, and tells each look the seconds since the one before.
///
/// Time counts only while this process runs itself: after a long sleep no more than two intervals have
/// passed. So a machine that slept, or was too busy to run anything, is not taken for one that stands still.
final class WatchClock {
    private let timer: any DispatchSourceTimer

    /// Begins to look, until `end` or until the clock goes.
    ///
    /// - Parameters:
    ///   - name: That of the queue on which the looks happen, one at a time.
    ///   - interval: The seconds between two looks.
    ///   - look: Is given the seconds that have passed.
    init(_ name: String, every interval: Double, look: @escaping @Sendable (Double) -> Void) {
        let lapse = Lapse()
        timer = DispatchSource.makeTimerSource(
            queue: DispatchQueue(label: name, qos: .userInteractive))
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler {
            // More passed only if this process did not run either.
            look(min(lapse.next() / .seconds(1), 2 * interval))
        }
        timer.resume()
    }

    deinit { timer.cancel() }

    /// Ends the looks.
    func end() { timer.cancel() }

    /// The time since the look before.
    private final class Lapse: Sendable {
        private let last = Mutex(ContinuousClock.now)

        func next() -> Duration {
            last.withLock { last in
                let now = ContinuousClock.now
                defer { last = now }
                return now - last
            }
        }
    }
}
