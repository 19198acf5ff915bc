import Foundation
import RBMCore
import Testing

@testable import DistributedTraining

@Suite struct LayerPlanTests {
    private func plan(_ schedule: Schedule, averagedPart: Double = 0) -> LayerPlan {
        LayerPlan(
            layer: 0, visibleUnits: .bernoulli, hidden: 3, hiddenUnits: .bernoulli,
            arithmetic: .integer, seed: 1, initialWeights: 0.01, startsAtLogOdds: true,
            negativePhase: ContrastiveDivergence(sweeps: 1), batch: 10, epochs: 4, rate: 0.3,
            schedule: schedule, optimizer: .init(), averagedPart: averagedPart)
    }

    /// 4 epochs of 11 steps, the last of each on a case: the rates at the first step, in the middle
    /// of an epoch and of the run, and at the last step.
    @Test func theRateOfEachStepFollowsTheFormula() {
        let batches = BatchPlan(cases: 101, batch: 10, epochs: 4, seed: 1, layer: 0)
        #expect(batches.steps == 44)
        let formulas: [(Schedule, (Double) -> Double)] = [
            (.constant, { _ in 0.3 }),
            (.linear, { 0.3 * (1 - $0 / 44) }),
            (.exponential(factor: 0.4), { 0.3 * pow(0.4, $0 / 11) }),
            (.inverseTime(halfLife: 1.5), { 0.3 / (1 + $0 / 11 / 1.5) }),
        ]
        for (schedule, formula) in formulas {
            for warmUp in [0, 1, 22, 44] {
                var plan = plan(schedule)
                plan.warmUp = WarmUp(steps: warmUp)
                for step in [0, 1, 10, 11, 21, 22, 23, 42, 43] {
                    let t = Double(step)
                    let rise = warmUp == 0 ? 1 : min(1, (t + 1) / Double(warmUp))
                    let found = Double(plan.rate(ofStep: step, of: batches))
                    #expect(
                        abs(found / (formula(t) * rise) - 1) < 1e-6,
                        "\(schedule), warm-up \(warmUp), step \(step)")
                }
            }
        }
    }

    @Test(arguments: [(0, 44, 0), (0.3, 44, 13), (0.5, 7, 3), (0.01, 99, 0), (0.01, 100, 1)])
    func theAveragedPartIsRoundedDownToSteps(part: Double, steps: Int, averaged: Int) {
        #expect(plan(.constant, averagedPart: part).averagedSteps(of: steps) == averaged)
        #expect(plan(.constant, averagedPart: 1).averagedSteps(of: steps) == steps)
    }
}
