/// A pull of each hidden unit's mean activity towards a target.
///
/// The activity is the probability that the unit is 1, averaged over the data phase of a step and
/// then slowly over steps: q ← λq + (1 − λ)q_step. The gradient of −cost·(the cross-entropy between
/// target and q) by the unit's total input, cost·(target − q), is added to that of its bias and, by
/// the mean of each visible unit over the data, to those of its weights [Hinton12, §11].
public struct Sparsity: Sendable, Equatable {
    public let target: Float
    public let cost: Float
    /// The share λ of the running mean that a step keeps.
    public let memory: Float

    public init(target: Float, cost: Float, memory: Float) {
        self.target = target
        self.cost = cost
        self.memory = memory
    }

    /// Moves the running mean on; the first step starts it.
    ///
    /// - Parameter means: Of the units' values over the data phase, shape `[hidden]`.
    func updated(_ activity: [Float]?, means: [Float], of kind: any UnitKind) -> [Float] {
        let (scale, offset) = (Float(kind.scale), Float(kind.offset))
        let current = means.map { ($0 - offset) / scale }
        guard let activity else { return current }
        return zip(activity, current).map { memory * $0 + (1 - memory) * $1 }
    }

    /// What is added to the gradient by each unit's total input, shape `[hidden]`.
    func pull(_ activity: [Float], on kind: any UnitKind) -> [Float] {
        // A spin is 1 with probability σ(2x): its cross-entropy changes twice as fast with x.
        let factor = Float(kind.scale) * cost
        return activity.map { factor * (target - $0) }
    }
}
