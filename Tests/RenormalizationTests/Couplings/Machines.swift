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

    /// One hidden spin for each bond of the L×L torus, joined to both ends with one weight.
    static func bonds(size: Int, weight: Float) -> RBM {
        let sites = size * size
        var parameters = Parameters(visible: sites, hidden: 2 * sites)
        for site in 0..<sites {
            let right = site / size * size + (site + 1) % size
            let below = (site + size) % sites
            for (bond, other) in [(2 * site, right), (2 * site + 1, below)] {
                parameters[site, bond] = weight
                parameters[other, bond] = weight
            }
        }
        return RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters)
    }

    /// The values of the units of a state, bit i set for the upper value of unit i.
    static func values(_ state: Int, count: Int, _ kind: UnitKind) -> [Double] {
        (0..<count).map { kind.value(Double(state >> $0 & 1)) }
    }
}
