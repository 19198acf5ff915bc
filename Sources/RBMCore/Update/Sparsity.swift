/// A pull of each hidden unit's mean activity towards a target.
///
/// The activity is the probability that the unit is 1, averaged over the data phase of a step and
/// then slowly over steps: q ← λq + (1 − λ)q_step. The gradient of −cost·(the cross-entropy between
/// target and q) by the unit's total input, cost·(target − q), is added to that of its bias and, by
/// the mean of each visible unit over the data, to those of its weights [Hinton12, §11].
public struct Sparsity: GradientTerm {
    public let target: Float
    public let cost: Float
    /// The share λ of the running mean that a step keeps.
    public let memory: Float
    /// The share of hidden units that dropout keeps: the means of a step, divided by it, are those of
    /// all units.
    public let keepProbability: Float

    /// The running mean q of the activities, shape `[hidden]`; nil before the first step.
    public private(set) var activity: [Float]?

    /// What this update adds to the gradient by each hidden unit's total input, shape `[hidden]`.
    private var inputGradient: [Float] = []
    /// The change of a total input with each weight: the mean of the visible unit, shape `[visible]`.
    private var visibleMeans: [Float] = []

    public var place: GradientPlace { .moments }

    public init(target: Float, cost: Float, memory: Float, keepProbability: Float = 1) {
        self.target = target
        self.cost = cost
        self.memory = memory
        self.keepProbability = keepProbability
    }

    public mutating func begin(_ moments: StepMoments) {
        let kind = moments.shape.hiddenUnits
        let means = moments.dataMeans()
        activity = updated(
            levels: means.hidden.map {
                ($0 / keepProbability - Float(kind.offset)) / Float(kind.scale)
            })
        // A spin is 1 with probability σ(2x): its cross-entropy changes twice as fast with x.
        let factor = Float(kind.scale) * cost
        inputGradient = (activity ?? []).map { factor * (target - $0) }
        visibleMeans = means.visible
    }

    /// The running mean after a step; the first step starts it.
    ///
    /// - Parameter levels: The mean levels over the data phase, shape `[hidden]`.
    private func updated(levels: [Float]) -> [Float] {
        guard let activity else { return levels }
        return zip(activity, levels).map { memory * $0 + (1 - memory) * $1 }
    }

    public func addToWeights(
        ofVisible unit: Int, at weights: Span<Float>, gradient: inout MutableSpan<Float>
    ) {
        let mean = visibleMeans[unit]
        let terms = inputGradient.span
        for j in gradient.indices { gradient[j] += terms[j] * mean }
    }

    public func addToHiddenBiases(_ gradient: inout MutableSpan<Float>) {
        let terms = inputGradient.span
        for j in gradient.indices { gradient[j] += terms[j] }
    }

    // MARK: State

    public func save(into state: inout StateTree) {
        guard let activity else { return }
        state.set(.floats(activity[...], shape: [activity.count]), "activity", perHidden: true)
    }

    public mutating func restore(
        from state: StateTree, of parameters: Parameters
    ) throws(StateFault) {
        activity = try state.floats("activity", shape: [parameters.hiddenCount], perHidden: true)
    }
}
