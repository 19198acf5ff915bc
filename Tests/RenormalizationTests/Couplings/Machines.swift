import RBMCore

/// Machines for the tests of couplings.
enum Machines {
    /// The values of the units of a state, bit i set for the upper value of unit i.
    static func values(_ state: Int, count: Int, _ kind: UnitKind) -> [Double] {
        (0..<count).map { kind.value(Double(state >> $0 & 1)) }
    }
}
