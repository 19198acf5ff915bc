// What Gaussian visible units add to an RBM.

extension RBM {
    /// The variance σ² of each visible unit given the hidden ones, shape `[visible]`; 1 where the
    /// parameters hold none.
    public var visibleVariances: [Double] {
        guard parameters.hasLogVariances else {
            return Array(repeating: 1, count: visibleCount)
        }
        return parameters.logVariances.map { exponential(Double($0)) }
    }

    /// ln ∫ dv e^{−Σ (vᵢ − bᵢ)²/2σᵢ² + Σ vᵢ(Wh)ᵢ/σᵢ²} = Σ [½ ln 2πσᵢ² + (mᵢ² − bᵢ²)/2σᵢ²], with the means
    /// m = b + Wh.
    func logGaussians(given hidden: [Double]) -> Double {
        let means = visiblePreactivations(given: hidden)
        let bias = parameters.visibleBias
        return visibleVariances.enumerated().reduce(0) { sum, unit in
            let (m, b) = (means[unit.offset], Double(bias[unit.offset]))
            return sum + logNormalization(variance: unit.element)
                + (m - b) * (m + b) / (2 * unit.element)
        }
    }
}

/// ½ ln 2πσ².
func logNormalization(variance: Double) -> Double {
    logarithm(2 * Double.pi * variance) / 2
}

/// The range of a learned logarithm of a variance: deviations from 0.1 to 1000.
///
/// A unit that never changes in the data would narrow without end, and a single other value then
/// have an energy that drowns everything.
let logVarianceBounds: ClosedRange<Float> = -4.605_170_2...13.815_511
