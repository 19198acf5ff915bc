import RBMCore

/// The largest learning rate of a layer, and where it comes from.
public struct LearningRate: Sendable, Equatable {
    /// The rate of a batch of 100 cases.
    public let base: Double
    /// What the batch multiplies it by.
    public let factor: Double
    /// Whether the configuration leaves it to the units and the batch.
    public let isAutomatic: Bool

    public var value: Double { base * factor }
}

extension LayerOptions {
    /// The largest learning rate.
    ///
    /// A number is taken as it is, or times batch/100. An automatic rate is 0.15 for units of 0 and 1. Spins
    /// lie twice as far apart, so that their weights stand for twice the weights of bits and feel twice
    /// the gradient: each side of spins divides the rate by four. Of categorical units it is differences
    /// between two weights that count, and they learn twice as fast: each side divides it by two. With
    /// real visible units it is 0.02. It grows with the batch, up to 1,000 cases.
    public var learningRate: LearningRate {
        let batch = Double(training.batch) / 100
        if let base = training.learningRate {
            return LearningRate(
                base: base, factor: training.scaleLearningRate == .linear ? batch : 1,
                isAutomatic: false)
        }
        let base =
            visibleUnits.isDiscrete ? 0.15 / (visibleUnits.steepness * hiddenUnits.steepness) : 0.02
        return LearningRate(base: base, factor: min(batch, 10), isAutomatic: true)
    }
}

extension UnitKind {
    /// How many times as fast a side of the kind learns as one of bits, at the same rate.
    fileprivate var steepness: Double { columns > 1 ? 2 : scale * scale }
}
