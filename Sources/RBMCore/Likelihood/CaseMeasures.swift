/// Sums over cases of what is measured on each case; energies are in nats.
///
/// All sums are integers, so that any division of the cases among processes gives the same sums.
public struct CaseMeasures: Sendable, Equatable {
    /// Free energies of the values as they are.
    public var freeEnergy = FixedPointSum()
    /// Free energies of states.
    ///
    /// Grey values are first drawn to states.
    public var stateFreeEnergy = FixedPointSum()
    /// ln p of each visible unit given all others, summed over the units.
    public var pseudoLogLikelihood = FixedPointSum()
    /// Cross-entropies between each case and its mean-field reconstruction.
    public var crossEntropy = FixedPointSum()
    /// Probabilities of the hidden units in units of 2⁻¹⁶, shape `[hidden]`; empty where they are not
    /// measured.
    public var activity: [Int64]

    /// Creates sums over no cases.
    ///
    /// - Parameter hidden: How many hidden units have an activity; 0 to measure none.
    public init(hidden: Int = 0) { activity = Array(repeating: 0, count: hidden) }

    /// All sums as integers in one list, which processes add up.
    ///
    /// - Precondition: A new list has as many sums as this value.
    public var units: [Int64] {
        get {
            [freeEnergy, stateFreeEnergy, pseudoLogLikelihood, crossEntropy].map(\.units) + activity
        }
        set {
            precondition(
                newValue.count == 4 + activity.count,
                "\(newValue.count) sums, expected \(4 + activity.count)")
            freeEnergy.units = newValue[0]
            stateFreeEnergy.units = newValue[1]
            pseudoLogLikelihood.units = newValue[2]
            crossEntropy.units = newValue[3]
            activity = Array(newValue[4...])
        }
    }

    /// Whether the sums of `ranks` processes surely add up within 64 bits.
    ///
    /// Sums of infinite values do not.
    public func fits(ranks: Int) -> Bool {
        units.allSatisfy { $0.magnitude < UInt64(1 << 62) / UInt64(ranks) }
    }
}
