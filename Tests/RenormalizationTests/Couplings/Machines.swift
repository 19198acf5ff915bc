import RBMCore
import Renormalization
import TestSupport

/// Machines for the tests of couplings.
enum Machines {
    /// The pair couplings of some spins under four hidden ones.
    static func pairs(_ visible: Int) throws -> PairCouplings {
        try PairCouplings(
            MarginalHamiltonian(randomMachine(visible: visible, hidden: 4), side: .visible))
    }

    /// The values of the units of a state, bit i set for the upper value of unit i.
    static func values(_ state: Int, count: Int, _ kind: any UnitKind) -> [Double] {
        (0..<count).map { kind.value(Double(state >> $0 & 1)) }
    }
}
