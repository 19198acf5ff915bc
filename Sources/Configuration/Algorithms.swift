import RBMCore

// What configurations ask of the negative phases.

extension Notation where Value == NegativePhaseKind {
    /// The name of a negative phase.
    static var algorithm: Notation { word(NegativePhaseKind.all, \.name) }
}
