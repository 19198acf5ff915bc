/// The means and variances of real visible units over a set of cases.
public struct VisibleMoments: Sendable, Equatable {
    /// Shape `[visible]`.
    public let means: [Double]
    public let variances: [Double]

    public init(means: [Double], variances: [Double]) {
        precondition(
            means.count == variances.count, "\(means.count) means, \(variances.count) variances")
        self.means = means
        self.variances = variances
    }
}

extension Parameters {
    /// Draws the parameters at which a layer with Gaussian visible units starts.
    ///
    /// Weights are normal, in units of each visible unit's deviation; hidden biases are zero; learned
    /// variances are those of the data, within their range.
    ///
    /// - Parameters:
    ///   - deviation: The standard deviation of the weights.
    ///   - learnsVariances: Whether there are variances; they are 1 otherwise.
    ///   - startsAtMeans: Whether visible biases are the means of the data; zero otherwise.
    public init(
        initialWeights deviation: Double, moments: VisibleMoments, hidden: Int,
        learnsVariances: Bool, startsAtMeans: Bool, seed: UInt64, layer: Int
    ) {
        let visible = moments.means.count
        let weights = Parameters(
            initialWeights: deviation, visible: visible, hidden: hidden, visibleUnits: .gaussian,
            logOddsOf: nil, seed: seed, layer: layer)
        guard learnsVariances else {
            self = weights
            if startsAtMeans {
                for i in 0..<visible {
                    values[visibleBiasRange.lowerBound + i] = Float(moments.means[i])
                }
            }
            return
        }
        let bounds = Gaussian.logVarianceBounds
        let logarithms = moments.variances.map { variance in
            max(bounds.lowerBound, min(bounds.upperBound, logarithm(max(Float(variance), 1e-30))))
        }
        var scaled = weights.weights
        for i in 0..<visible {
            let sigma = exponential(logarithms[i] / 2)
            for j in 0..<hidden { scaled[i * hidden + j] *= sigma }
        }
        self.init(
            weights: scaled,
            visibleBias: moments.means.map { startsAtMeans ? Float($0) : 0 },
            hiddenBias: weights.hiddenBias, logVariances: logarithms)
    }
}
