/// What an update of a layer with Gaussian visible units needs beside that of others.
///
/// The gradients by weights and visible biases come times the variance, ⟨v hᵀ⟩ and ⟨v⟩ as for other
/// units: steps in units of each unit's own deviation, whatever that is. Given the hidden units, the
/// visible means b + Wh are a linear regression, of which a step is stable only while ε(1 + |h|²) < 2:
/// at 0.004 for 500 active units. So weights and visible biases take ε/(1 + ε(1 + ⟨|h|²⟩)), which is
/// that of the implicit step, with the larger ⟨|h|²⟩ of both phases; at small rates it is ε.
struct GaussianStep {
    /// The rate of weights and visible biases.
    let rate: Float
    /// The gradient by ln σ², within ±1, so that a step changes no variance by more than the share ε;
    /// empty where variances are fixed.
    let logVarianceGradient: [Float]

    init(
        _ statistics: borrowing Statistics, of arithmetic: any LayerArithmetic, _ counts: PhaseRows,
        parameters: Parameters, rate: Float
    ) {
        let layout = statistics.layout
        let squares: Float
        if arithmetic.shape.hiddenUnits.offset != 0 {
            // The square of a spin is 1.
            squares = Float(layout.hidden)
        } else {
            var (data, model): (Float, Float) = (0, 0)
            for j in 0..<layout.hidden {
                data += statistics.floats[layout.positiveHidden.lowerBound + j]
                model -= statistics.floats[layout.negativeHidden.lowerBound + j]
            }
            squares = max(data, model)
        }
        self.rate = rate / (1 + rate * (1 + squares))
        guard parameters.hasLogVariances else {
            logVarianceGradient = []
            return
        }
        logVarianceGradient = arithmetic.logVarianceGradient(
            from: statistics, counts: counts, at: parameters
        ).map { $0.isNaN ? $0 : max(-1, min(1, $0)) }
    }
}
