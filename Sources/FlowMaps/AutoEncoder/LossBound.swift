public import Analysis
import RealModule

/// The losses that tell a training of an auto-encoder that learns from one that runs away.
///
/// Without weights, an auto-encoder whose output is the mean of all cases has no penalty: the least loss
/// is at most its error.
public struct LossBound: Sendable, Equatable {
    /// The mean error of a case where the output is the mean of all cases.
    public let ofMean: Double
    /// The mean loss of a case before the first step, over as many of the first cases as a batch has.
    public let atStart: Double

    /// - Parameter data: The cases as the layer sees them.
    public init(
        _ data: Matrix, plan: AutoEncoderTraining.Plan, layer: Int, output: AutoEncoder.Output,
        hidden: Int
    ) {
        ofMean = plan.loss.error.ofMean(of: data)
        let training = AutoEncoderTraining(
            plan: plan, layer: layer, output: output, visible: data.columns, hidden: hidden)
        let cases = data.rows(0..<min(plan.batchSize, data.rows))
        let rows = plan.loss.rows(cases, targets: cases, of: training.encoder)
        atStart = rows.losses.elements.reduce(0, +) / Double(cases.rows)
    }

    /// How many times the larger of both a loss may be.
    ///
    /// Trainings of images with a hundred times the usual rate still stay below (docs/design-notes.md).
    private static let growth = 2.0

    /// Whether a loss is not finite, or so large that the training does not come back.
    public func isExceeded(by loss: AutoEncoderTraining.EpochLoss) -> Bool {
        let total = loss.error + loss.penalty
        return !total.isFinite || total > Self.growth * max(ofMean, atStart)
    }
}

extension AutoEncoderLoss.Error {
    /// The mean error of a case where the output is the mean of all cases.
    func ofMean(of data: Matrix) -> Double {
        let means = data.sumsOfColumns.map { $0 / Double(data.rows) }
        switch self {
        case .squared:
            var sum = 0.0
            for row in 0..<data.rows {
                for (unit, mean) in means.enumerated() {
                    sum += (data[row, unit] - mean) * (data[row, unit] - mean)
                }
            }
            return sum / Double(data.rows)
        case .crossEntropy:
            return means.reduce(0) { $0 - share($1) - share(1 - $1) }
        }
    }

    /// p ln p.
    private func share(_ p: Double) -> Double { p > 0 ? p * .log(p) : 0 }
}
