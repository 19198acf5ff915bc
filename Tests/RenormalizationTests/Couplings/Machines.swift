import RBMCore
import RandomStreams

/// Machines for the tests of couplings.
enum Machines {
    /// Weights and biases uniform in ±scale.
    static func random(
        visible: Int, hidden: Int, visibleUnits: UnitKind = .spin, hiddenUnits: UnitKind = .spin,
        scale: Float = 1, seed: UInt64 = 1
    ) -> RBM {
        var parameters = Parameters(visible: visible, hidden: hidden)
        let numbers = RandomStream(seed: seed, .benchmark)
        for i in parameters.values.indices {
            parameters.values[i] = scale * (2 * numbers.word(row: 0, unit: i).unitInterval - 1)
        }
        return RBM(visibleUnits: visibleUnits, hiddenUnits: hiddenUnits, parameters: parameters)
    }

    /// The values of the units of a state, bit i set for the upper value of unit i.
    static func values(_ state: Int, count: Int, _ kind: UnitKind) -> [Double] {
        (0..<count).map { kind.value(Double(state >> $0 & 1)) }
    }
}
