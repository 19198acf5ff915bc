import RBMCore
import Testing

@Suite struct ScheduleTests {
    @Test func constantStaysAsItIs() {
        for step in [0, 5, 99] {
            #expect(Schedule.constant.rate(0.05, step: step, of: 100) == 0.05)
        }
    }

    @Test func linearFallsFromTheFullRateToZeroAfterTheLastStep() {
        #expect(Schedule.linear.rate(0.05, step: 0, of: 100) == 0.05)
        #expect(Schedule.linear.rate(0.05, step: 50, of: 100) == 0.025)
        #expect(Schedule.linear.rate(0.05, step: 99, of: 100) == Float(0.05 / 100))
        #expect(Schedule.linear.rate(0.05, step: 0, of: 1) == 0.05)
    }
}
