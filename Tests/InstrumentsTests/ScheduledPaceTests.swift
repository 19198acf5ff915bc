import Configuration
import RBMCore
import Testing

@testable import Instruments

/// The pace of an auto-encoder is that of a training with the same keys.
@Suite struct ScheduledPaceTests {
    @Test(arguments: [
        Schedule.linear, .constant, .exponential(factor: 0.8), .inverseTime(halfLife: 2),
    ])
    func ratesAreThoseOfATraining(schedule: Schedule) {
        let pace = ScheduledPace(
            rate: 0.3, schedule: schedule, finalRate: 0, warmUp: .epochs(1.5),
            momentum: Momentum(from: 0.5, to: 0.9, over: .epochs(2)))
        let warmUp = WarmUp(steps: 6)
        let momentum = Momentum(from: 0.5, to: 0.9, over: .steps(8))
        for step in 0..<20 {
            let rate = warmUp.rate(
                schedule.rate(0.3, step: step, of: 20, stepsPerEpoch: 4), step: step)
            #expect(pace.rate(step: step, of: 20, perEpoch: 4) == Double(rate))
            #expect(
                pace.momentum(step: step, perEpoch: 4)
                    == Double(momentum.value(step: step, stepsPerEpoch: 4)))
        }
    }

    /// Without a schedule the numbers are those of earlier versions, in double precision.
    @Test func withoutAScheduleItFallsAlongALine() {
        let pace = ScheduledPace(
            rate: 0.3, schedule: nil, finalRate: 0.1, warmUp: .steps(0), momentum: .constant(0.9))
        #expect(pace.momentum(step: 3, perEpoch: 4) == 0.9)
        for step in 0..<20 {
            let share = Double(step) / 19
            #expect(pace.rate(step: step, of: 20, perEpoch: 4) == 0.3 * (1 - share) + 0.1 * share)
        }
        #expect(
            pace.settings == [
                "autoencoder.learning_rate": "0.3", "autoencoder.final_learning_rate": "0.1",
                "autoencoder.momentum": "0.9",
            ])
    }

    @Test func settingsTellOnePaceFromAnother() {
        let pace = ScheduledPace(
            rate: 0.3, schedule: .exponential(factor: 0.8), finalRate: 0, warmUp: .epochs(1),
            momentum: Momentum(from: 0.5, to: 0.9, over: .epochs(2)))
        #expect(
            pace.settings == [
                "autoencoder.learning_rate": "0.3",
                "autoencoder.schedule": "{exponential: 0.8}", "autoencoder.warm_up": "1 epoch",
                "autoencoder.momentum": "{from: 0.5, to: 0.9, over: 2 epochs}",
            ])
    }
}
