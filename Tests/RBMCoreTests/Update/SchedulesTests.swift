import RBMCore
import Testing

@Suite struct SchedulesTests {
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

    @Test func exponentialIsThePowerOfTheFactorInEpochs() {
        let schedule = Schedule.exponential(factor: 0.5)
        for (step, rate) in [(0, 0.08), (10, 0.04), (20, 0.02), (5, 0.08 * 0.5.squareRoot())] {
            let found = schedule.rate(0.08, step: step, of: 1000, stepsPerEpoch: 10)
            #expect(abs(Double(found) / rate - 1) < 1e-7, "step \(step)")
        }
        #expect(Schedule.exponential(factor: 1).rate(0.08, step: 77, of: 100) == 0.08)
        #expect(Schedule.exponential(factor: 1e-9).rate(1, step: 99, of: 100) == 0)
    }

    @Test func inverseTimeHalvesAfterTheHalfLife() {
        let schedule = Schedule.inverseTime(halfLife: 3)
        #expect(schedule.rate(0.08, step: 0, of: 9, stepsPerEpoch: 10) == 0.08)
        #expect(schedule.rate(0.08, step: 30, of: 9, stepsPerEpoch: 10) == 0.04)
        #expect(schedule.rate(0.08, step: 90, of: 9, stepsPerEpoch: 10) == 0.02)
    }

    @Test func onlyLinearDependsOnTheNumberOfSteps() {
        for schedule in [Schedule.constant, .exponential(factor: 0.9), .inverseTime(halfLife: 2)] {
            #expect(
                schedule.rate(0.1, step: 7, of: 10, stepsPerEpoch: 3)
                    == schedule.rate(0.1, step: 7, of: 10_000, stepsPerEpoch: 3))
        }
    }

    @Test func warmUpRisesInEqualStepsToTheScheduledRate() {
        let warmUp = WarmUp(steps: 4)
        #expect(
            (0..<6).map { warmUp.rate(0.08, step: $0) } == [0.02, 0.04, 0.06, 0.08, 0.08, 0.08])
        #expect(WarmUp(steps: 0).rate(0.08, step: 0) == 0.08)
        #expect(WarmUp(steps: 1).rate(0.08, step: 0) == 0.08)
    }

    @Test func aMomentumRisesLinearlyAndThenStays() {
        for over in [Interval.steps(4), .epochs(0.5)] {
            let momentum = Momentum(from: 0.5, to: 0.9, over: over)
            for (step, value) in [(0, 0.5), (1, 0.6), (2, 0.7), (3, 0.8), (4, 0.9), (1000, 0.9)] {
                let found = Double(momentum.value(step: step, stepsPerEpoch: 8))
                #expect(abs(found - value) < 1e-7)
            }
            #expect(!momentum.isConstant && momentum.largest == 0.9)
        }
        #expect(Momentum(from: 0.9, to: 0, over: .steps(3)).largest == 0.9)
    }

    @Test func aMomentumMayStayAsItIs() {
        let constant = Momentum.constant(0.3)
        #expect(constant.value(step: 0, stepsPerEpoch: 8) == 0.3)
        #expect(constant.isConstant && constant.largest == 0.3)
    }
}
