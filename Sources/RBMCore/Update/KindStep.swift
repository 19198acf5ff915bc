/// What the kind of the visible units asks of an update: the rate of all that feeds their means, and
/// the step of the parameters that they have beside biases.
///
/// With Gaussian visible units the gradients by weights and visible biases come times the variance,
/// ⟨v hᵀ⟩ and ⟨v⟩ as for other units: steps in units of each unit's own deviation. Given the hidden
/// units, the visible means b + Wh are a linear regression, of which a step is stable only while
/// ε(1 + |h|²) < 2: at 0.004 for 500 active units. So weights and visible biases take
/// ε/(1 + ε(1 + ⟨|h|²⟩)), the rate of the implicit step, with the larger ⟨|h|²⟩ of both phases; at
/// small rates it is ε. Other kinds take the rate as it is.
struct KindStep {
    /// The rate of weights and visible biases.
    let rate: Float

    /// The rate over the learning rate ε, also where that is 0.
    let rateShare: Float

    /// The gradient by the parameters that units have beside biases, in the order of
    /// `Parameters.logVarianceRange`; empty if there are none.
    ///
    /// It lies within ±1, so that a step changes no variance by more than the share ε.
    let ownGradient: [Float]

    /// Where the parameters that units have beside biases stay.
    private let ownBounds: ClosedRange<Float>

    /// - Parameters:
    ///   - statistics: Summed over all processes; with parameters beside biases, of all units.
    ///   - parameters: Those at which the statistics were taken.
    ///   - rate: The learning rate ε of the step.
    init(
        _ statistics: borrowing Statistics, of shape: LayerSpec, _ share: StepShare,
        parameters: Parameters, rate: Float
    ) {
        ownBounds = shape.visibleUnits.ownBounds
        guard shape.visibleUnits.hasOwnParameters else {
            self.rate = rate
            rateShare = 1
            ownGradient = []
            return
        }
        let divisor = 1 + rate * (1 + statistics.hiddenSquares)
        self.rate = rate / divisor
        rateShare = 1 / divisor
        guard parameters.hasLogVariances else {
            ownGradient = []
            return
        }
        ownGradient = statistics.ownGradient(at: parameters).map {
            $0.isNaN ? $0 : max(-1, min(1, $0))
        }
    }

    /// Keeps the parameters that units have beside biases in their range.
    func bound(_ values: inout [Float], _ range: Range<Int>) {
        for i in range {
            values[i] = max(ownBounds.lowerBound, min(ownBounds.upperBound, values[i]))
        }
    }
}
