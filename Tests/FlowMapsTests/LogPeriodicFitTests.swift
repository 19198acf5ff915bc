import Foundation
import RandomStreams
import Testing

@testable import FlowMaps

@Suite struct LogPeriodicFitTests {
    private let truth = LogPeriodicLaw(
        criticalTime: 1.15, exponent: 0.45, angularFrequency: 7.9,
        linear: [7, -1.2, 0.06, -0.08])

    private func series(
        _ law: LogPeriodicLaw, count: Int = 400, noise: Double = 0, number: Int = 0,
        scale: Double = 1, start: Double = 0
    ) -> (times: [Double], values: [Double]) {
        let times = (0..<count).map { start + scale * Double($0) / Double(count - 1) }
        var words = WordSequence(seed: 5, .logPeriodic(.walks), row: number)
        // A sum of twelve is nearly normal, and has the variance 1.
        let values = times.map { time in
            let normal = (0..<12).reduce(-6.0) { sum, _ in sum + Double(words.next()) / 0x1p32 }
            return law.value(at: time) + noise * normal
        }
        return (times, values)
    }

    @Test func recoversWithoutNoise() {
        let (times, values) = series(truth)
        let best = LogPeriodicFit(times: times, values: values).best()
        #expect(best.squares < 1e-16)
        #expect(abs(best.law.criticalTime - 1.15) < 1e-5)
        #expect(abs(best.law.exponent - 0.45) < 1e-5)
        #expect(abs(best.law.angularFrequency - 7.9) < 1e-5)
        for k in 0..<4 { #expect(abs(best.law.linear[k] - truth.linear[k]) < 1e-4) }
    }

    /// Other units of time change the linear parameters, not the law.
    @Test func unitsOfTimeDoNotMatter() {
        let law = LogPeriodicLaw(
            criticalTime: 2575, exponent: 0.6, angularFrequency: 9.2,
            linear: [5, -0.01, 0.0005, 0.0003])
        let (times, values) = series(law, scale: 500, start: 2000)
        let best = LogPeriodicFit(times: times, values: values).best()
        #expect(abs(best.law.criticalTime - 2575) < 0.01)
        #expect(abs(best.law.angularFrequency - 9.2) < 1e-4)
        for time in [2000.0, 2250, 2499] {
            #expect(abs(best.law.value(at: time) - law.value(at: time)) < 1e-8)
        }
    }

    @Test(arguments: [0.002, 0.01])
    func isNearTheTruthWithNoise(noise: Double) {
        let (times, values) = series(truth, noise: noise)
        let fit = LogPeriodicFit(times: times, values: values)
        let best = fit.best()
        // The best law fits no worse than the true one.
        let residuals = fit.residuals(truth).reduce(0) { $0 + $1 * $1 }
        #expect(best.squares <= residuals)
        #expect(abs(best.law.criticalTime - 1.15) < 15 * noise)
        #expect(abs(best.law.angularFrequency - 7.9) < 80 * noise)
        #expect(best.law.passed.contains(.exponent) && best.law.passed.contains(.sign))
    }

    /// The refinement ends where no step improves: the squares of laws nearby are larger.
    @Test func endsInAMinimum() {
        let (times, values) = series(truth, noise: 0.01)
        let fit = LogPeriodicFit(times: times, values: values)
        let best = fit.best()
        for change in [-1e-3, 1e-3] {
            let held = fit.best(
                criticalTime: best.law.criticalTime + change, near: best.law)
            #expect(held.squares >= best.squares)
            var law = best.law
            law.exponent += change
            #expect(fit.residuals(law).reduce(0) { $0 + $1 * $1 } > best.squares)
        }
    }

    /// Bands of resampled residuals cover the true time about as often as they say.
    ///
    /// Of 40 series with
    /// independent noise 90 % are 36; fewer than 30 would happen once in 400 times.
    @Test func bandsCoverTheTruth() {
        var covered = 0
        for number in 0..<40 {
            let (times, values) = series(truth, count: 120, noise: 0.004, number: 100 + number)
            let fit = LogPeriodicFit(times: times, values: values)
            // From the truth: the question is the width of the band, not the search.
            let best = fit.refined(truth)
            let draws = LogPeriodicDraws(fit, values: values, law: best.law, seed: 1)
            let times2 = (0..<60).map { draws.resampled($0, near: best.law).law.criticalTime }
                .sorted()
            if times2[3] <= 1.15, times2[56] >= 1.15 { covered += 1 }
        }
        #expect(covered >= 30)
    }

    /// A law is recognized among walks, and a walk is not.
    @Test func walksTellALawFromChance() {
        let (times, values) = series(truth, count: 100, noise: 0.002)
        let fit = LogPeriodicFit(times: times, values: values)
        let best = fit.best(refinements: 8)
        let draws = LogPeriodicDraws(fit, values: values, law: best.law, seed: 1)
        let share = best.squares / fit.totalSquares
        #expect((0..<20).allSatisfy { draws.residualShareOfWalk($0, refinements: 8) > share })

        var words = WordSequence(seed: 2, .logPeriodic(.walks), row: 7)
        var walk = [0.0]
        for _ in 1..<100 { walk.append(walk[walk.count - 1] + Double(words.next()) / 0x1p31 - 1) }
        let other = fit.with(values: walk)
        let law = other.best(refinements: 8)
        let others = LogPeriodicDraws(other, values: walk, law: law.law, seed: 1)
        #expect(others.blockLength > 1)
        let least = law.squares / other.totalSquares
        #expect((0..<20).contains { others.residualShareOfWalk($0, refinements: 8) < least })
    }
}
