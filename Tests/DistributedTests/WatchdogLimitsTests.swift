import TestSupport
import Testing

@testable import Ranks

@Suite struct WatchdogLimitsTests {
    @Test func aStepIsLateAfterTheFloorOnceOneWasMeasured() {
        var limits = WatchdogLimits(floor: 60)
        #expect(limits.warning(in: .step) == 300)
        #expect(limits.warning(in: .record) == 300)
        limits.saw(pauseOf: 0, in: .step)
        #expect(limits.warning(in: .step) == 60)
        #expect(limits.end(in: .step) == 300)
        #expect(limits.warning(in: .record) == 300)
    }

    @Test func limitsGrowWithTheLongestPauseOfTheirPhase() {
        var limits = WatchdogLimits(floor: 60)
        for seconds in [1.0, 9, 2] { limits.saw(pauseOf: seconds, in: .step) }
        limits.saw(pauseOf: 100, in: .checkpoint)
        #expect(limits.warning(in: .step) == 180)
        #expect(limits.end(in: .step) == 900)
        #expect(limits.warning(in: .checkpoint) == 2000)
        #expect(limits.warning(in: .data) == 300)
    }

    @Test func workThatTellsNoPartsDoesNotMakeLimitsGrow() {
        var limits = WatchdogLimits(floor: 60)
        limits.saw(pauseOf: 1000, in: .work)
        #expect(limits.warning(in: .work) == 300 && limits.end(in: .work) == 1500)
    }

    @Test func aWatchdogLooksOftenEnoughToTellItsFloor() {
        for floor in [0.1, 1, 60, 3600] {
            let limits = WatchdogLimits(floor: floor)
            #expect(limits.interval <= floor / 5)
            #expect(limits.silence < limits.end(in: .step))
        }
    }
}
