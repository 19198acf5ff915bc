import Analysis
import Foundation
import TestSupport
import Testing

@testable import FlowMaps

@Suite struct LossBoundTests {
    private func plan(
        _ loss: AutoEncoderLoss, rate: Double = 0.1
    ) -> AutoEncoderTraining.Plan {
        AutoEncoderTraining.Plan(
            loss: loss, batchSize: 10, epochs: 6,
            pace: FallingPace(from: rate, to: 0, momentum: 0.9), corruption: 0, seed: 5)
    }

    private func data() -> Matrix {
        var generator = TestGenerator(seed: 21)
        return AutoEncoderInputs.matrix(40, 7, &generator, signed: false)
    }

    /// It is the loss of the auto-encoder without weights whose biases make the mean of all cases.
    @Test(arguments: [
        (AutoEncoderLoss.Error.squared, AutoEncoder.Output.linear),
        (.squared, .sigmoid), (.crossEntropy, .sigmoid),
    ])
    func theMeanIsAnAutoEncoderWithoutWeights(
        error: AutoEncoderLoss.Error, output: AutoEncoder.Output
    ) {
        let (cases, loss) = (data(), AutoEncoderLoss(error, contraction: 0.5))
        let means = cases.sumsOfColumns.map { $0 / Double(cases.rows) }
        let still = AutoEncoder(
            output: output, weights: Matrix(zeros: 7, 5),
            visibleBias: output == .linear ? means : means.map { log($0 / (1 - $0)) },
            hiddenBias: Array(repeating: 0, count: 5))
        let rows = loss.rows(cases, targets: cases, of: still)
        let expected = rows.losses.elements.reduce(0, +) / Double(cases.rows)
        let bound = LossBound(cases, plan: plan(loss), layer: 0, output: output, hidden: 5)
        #expect(abs(bound.ofMean - expected) < 1e-12 * expected)
    }

    /// A training that learns stays below, and one whose rate is absurd does not.
    @Test(arguments: [(0.1, false), (1000.0, true), (1e200, true)])
    func onlyARunawayTrainingExceedsIt(rate: Double, runsAway: Bool) throws {
        let (cases, loss) = (data(), AutoEncoderLoss(.crossEntropy, contraction: 0.1))
        let plan = plan(loss, rate: rate)
        let bound = LossBound(cases, plan: plan, layer: 0, output: .sigmoid, hidden: 5)
        var training = AutoEncoderTraining(
            plan: plan, layer: 0, output: .sigmoid, visible: 7, hidden: 5)
        while !training.isFinished { try training.runEpoch(cases, work: inOneProcess) }
        #expect(training.losses.contains { bound.isExceeded(by: $0) } == runsAway)
        #expect(bound.isExceeded(by: .init(error: .nan, penalty: 0)))
        #expect(!bound.isExceeded(by: .init(error: bound.ofMean, penalty: bound.ofMean)))
    }

    /// Cases that are all the same leave nothing to know, and a mean of nothing but 0 and 1 has no error.
    @Test func theMeanOfEqualCasesIsExact() {
        let equal = Matrix(rows: 4, columns: 2, elements: [0, 1, 0, 1, 0, 1, 0, 1])
        #expect(AutoEncoderLoss.Error.crossEntropy.ofMean(of: equal) == 0)
        #expect(AutoEncoderLoss.Error.squared.ofMean(of: equal) == 0)
    }
}
