import RBMCore

/// Sums over cases of what is measured of each, in nats; ranks add their units.
struct CaseSums: Equatable {
    /// Free energies of the values as they are.
    var freeEnergy = FixedPointSum()
    /// Free energies of states: of the bits drawn where the values are grey.
    var stateFreeEnergy = FixedPointSum()
    var pseudoLogLikelihood = FixedPointSum()
    var crossEntropy = FixedPointSum()

    /// The four sums as integers, to be added over ranks.
    var units: [Int64] {
        get {
            [freeEnergy, stateFreeEnergy, pseudoLogLikelihood, crossEntropy].map(\.units)
        }
        set {
            precondition(newValue.count == 4, "\(newValue.count) sums, expected 4")
            freeEnergy.units = newValue[0]
            stateFreeEnergy.units = newValue[1]
            pseudoLogLikelihood.units = newValue[2]
            crossEntropy.units = newValue[3]
        }
    }

    /// Whether `ranks` such sums add up without leaving 64 bits; not so when a value is infinite.
    func fits(ranks: Int) -> Bool {
        units.allSatisfy { $0.magnitude < UInt64(1 << 62) / UInt64(ranks) }
    }
}
