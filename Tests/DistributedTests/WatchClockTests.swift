import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Ranks

@Suite struct WatchClockTests {
    private final class Looks: Sendable {
        let passed = Mutex<[Double]>([])
        let third = DispatchSemaphore(value: 0)
    }

    /// The second look comes half a second after the first one, as after a sleep of the machine.
    @Test func aSleepCountsAsTwoIntervals() throws {
        let (looks, interval) = (Looks(), 0.01)
        let clock = WatchClock("test", every: interval) { [looks] passed in
            let count = looks.passed.withLock { all in
                all.append(passed)
                return all.count
            }
            if count == 1 { Thread.sleep(forTimeInterval: 0.5) }
            if count == 3 { looks.third.signal() }
        }
        #expect(looks.third.wait(timeout: .now() + 20) == .success)
        clock.end()
        // A look may be under way.
        Thread.sleep(forTimeInterval: 0.1)
        let passed = looks.passed.withLock { $0 }
        #expect(passed.allSatisfy { $0 > 0 && $0 <= 2 * interval }, "\(passed)")
        #expect(passed[1] == 2 * interval)
        Thread.sleep(forTimeInterval: 0.1)
        #expect(looks.passed.withLock { $0.count } == passed.count, "it looks on after its end")
    }

    @Test func looksEndWithTheClock() throws {
        let looks = Looks()
        var clock: WatchClock? = WatchClock("test", every: 0.01) { [looks] passed in
            looks.passed.withLock { $0.append(passed) }
            looks.third.signal()
        }
        #expect(looks.third.wait(timeout: .now() + 20) == .success)
        withExtendedLifetime(clock) {}
        clock = nil
        Thread.sleep(forTimeInterval: 0.1)
        let count = looks.passed.withLock { $0.count }
        Thread.sleep(forTimeInterval: 0.1)
        #expect(looks.passed.withLock { $0.count } == count)
    }
}
