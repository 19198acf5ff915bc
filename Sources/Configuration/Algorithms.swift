import RBMCore

// What configurations ask of the negative phases.

extension Notation where Value == LearningRule.Algorithm {
    /// The name of a negative phase.
    static var algorithm: Notation { word([.persistent, .contrastiveDivergence], \.rawValue) }
}

extension LearningRule.Algorithm {
    /// Tells whether the phase has chains of its own, whose number can be chosen.
    var keepsChains: Bool { self == .persistent }
}
