import RBMCore
import Testing

@Suite struct AnnealingScheduleTests {
    @Test func equalStepsAreEqual() {
        #expect(AnnealingSchedule(linear: 4).betas == [0, 0.25, 0.5, 0.75, 1])
        #expect(AnnealingSchedule(linear: 1).betas == [0, 1])
        #expect(AnnealingSchedule(linear: 7).temperatures == 7)
    }

    /// Three quarters of eight steps in the second half.
    @Test func densitiesDivideTheSteps() {
        let betas = AnnealingSchedule(temperatures: 8, densities: [1, 3]).betas
        let expected = [0, 0.25, 0.5] + (1...6).map { 0.5 + Double($0) / 12 }
        #expect(zip(betas, expected).allSatisfy { abs($0 - $1) < 1e-12 } && betas.count == 9)
    }

    @Test(arguments: [1, 2, 3, 10, 1000]) func stepsRiseFromZeroToOne(temperatures: Int) {
        for densities in [[1.0], [1e-9, 1, 1e-9], [5, 0.01, 3, 0.2, 7]] {
            let betas = AnnealingSchedule(temperatures: temperatures, densities: densities).betas
            #expect(betas.count == temperatures + 1 && betas.first == 0 && betas.last == 1)
            #expect(zip(betas, betas.dropFirst()).allSatisfy(<))
        }
    }

    /// Two chains each way and two parts: the second part dissipates 4 nats of its mean ratios, the
    /// first 1, so that it gets twice the steps of the nine tenths that follow the dissipation.
    @Test func stepsFollowTheDissipation() {
        let schedule = AnnealingSchedule(
            temperatures: 1000, parts: 2, pilotForward: [0, 0, 0, 0], pilotReverse: [1, 4, 1, 4])
        let upper = schedule.betas.filter { $0 >= 0.5 }.count - 1
        #expect(abs(Double(upper) - 1000 * (0.9 * 2 / 3 + 0.05)) < 2)
    }

    /// Without a difference the variances count: 4 and 1 in the mean of both ways.
    @Test func stepsFollowTheVariance() {
        let schedule = AnnealingSchedule(
            temperatures: 1000, parts: 2, pilotForward: [2, 1, -2, -1],
            pilotReverse: [0, 0, 0, 0])
        let lower = schedule.betas.filter { $0 < 0.5 }.count
        #expect(abs(Double(lower) - 1000 * (0.9 * 2 / 3 + 0.05)) < 2)
    }

    @Test func withoutDissipationStepsAreEqual() {
        let schedule = AnnealingSchedule(
            temperatures: 20, parts: 5, pilotForward: Array(repeating: 3, count: 15),
            pilotReverse: Array(repeating: 3, count: 15))
        #expect(
            zip(schedule.betas, AnnealingSchedule(linear: 20).betas)
                .allSatisfy { abs($0 - $1) < 1e-12 })
    }
}
