import RBMCore
import Testing

@Suite struct StepTimerTests {
    /// A clock that goes only when a test moves it.
    private final class Clock {
        private(set) var now = ContinuousClock.now

        func advance(by seconds: Int) { now += .seconds(seconds) }
    }

    @Test func timeGoesToThePhaseThatEndsTheLap() {
        let clock = Clock()
        let timer = StepTimer { clock.now }
        clock.advance(by: 2)
        timer.lap(.products)
        timer.lap(.update)
        clock.advance(by: 16)
        timer.start()
        clock.advance(by: 1)
        timer.lap(.data)
        clock.advance(by: 4)
        timer.lap(.products)
        #expect(timer.seconds == [1, 6, 0, 0, 0, 0, 0, 0])
    }

    @Test func aResetForgetsTheTimesAndTheLapThatRuns() {
        let clock = Clock()
        let timer = StepTimer { clock.now }
        clock.advance(by: 2)
        timer.lap(.reduction)
        clock.advance(by: 8)
        timer.reset()
        clock.advance(by: 1)
        timer.lap(.update)
        #expect(timer.seconds == [0, 0, 0, 0, 0, 1, 0, 0])
    }
}
