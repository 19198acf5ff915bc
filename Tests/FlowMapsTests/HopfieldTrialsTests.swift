import Testing

@testable import FlowMaps

@Suite struct HopfieldTrialsTests {
    private func trials(
        _ counts: [Int], units: Int = 1000, rule: HopfieldMemory.Rule = .hebb, flipped: Double = 0
    ) -> HopfieldTrials {
        HopfieldTrials(
            units: units, counts: counts, trials: 8, rule: rule, bias: 0, flipped: flipped, seed: 1)
    }

    /// Above 0.99 below the capacity and below 0.6 above it, as in the thermodynamic limit.
    @Test func overlapsOnBothSidesOfTheCapacity() throws {
        let trials = trials([100, 200])
        func mean(_ load: Int) throws -> Double {
            try (0..<8).reduce(0) {
                $0 + Double(try #require(trials.run(load: load, trial: $1)).overlap) / 8000
            }
        }
        #expect(try mean(0) > 0.99)
        #expect(try mean(1) < 0.6)
    }

    /// The errors of the first step, whose number is binomial: within 5σ over 20 trials of 1,000 units.
    @Test func firstStepErrors() throws {
        let trials = trials([185])
        let found = try (0..<20).reduce(0) {
            $0 + (try #require(trials.run(load: 0, trial: $1))).unstable
        }
        // The unit's own part leaves P − 1 patterns that disturb.
        let expected = 20_000 * HopfieldTheory.firstStepErrors(load: 0.184)
        #expect(abs(Double(found) - expected) < 5 * expected.squareRoot())
    }

    @Test func turnedUnitsAreCorrected() throws {
        let outcome = try #require(trials([20], flipped: 0.2).run(load: 0, trial: 0))
        #expect(outcome.overlap == 1000 && outcome.isFixed && outcome.unstable == 0)
    }

    @Test func projectionRecallsBeyondHebbsCapacity() throws {
        let outcome = try #require(
            trials([60], units: 200, rule: .projection).run(load: 0, trial: 0))
        #expect(outcome.overlap == 200 && outcome.unstable == 0)
        #expect(trials([300], units: 200, rule: .projection).run(load: 0, trial: 0) == nil)
    }

    @Test func aTrialDependsOnItsNumbersOnly() {
        let trials = trials([30, 150], units: 300)
        #expect(trials.run(load: 1, trial: 3) == trials.run(load: 1, trial: 3))
        #expect(trials.run(load: 1, trial: 3) != trials.run(load: 1, trial: 4))
    }
}
