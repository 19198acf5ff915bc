import RBMCore
import Testing

@testable import Renormalization

@Suite struct LatticeCouplingsTests {
    @Test func everyPairIsInOneShell() throws {
        for isTorus in [false, true] {
            let pairs = try Machines.pairs(15)
            let lattice = LatticeCouplings(pairs, rows: 3, columns: 5, isTorus: isTorus)
            #expect(lattice.shells.reduce(0) { $0 + $1.pairs } == 15 * 14 / 2)
            let distances = lattice.shells.map(\.distance)
            #expect(distances == distances.sorted())
            let sum = lattice.shells.reduce(0) { $0 + Double($1.pairs) * $1.mean }
            let all = pairs.couplings.reduce(0, +) / 2
            #expect(abs(sum - all) < 1e-12)
            // Bonds of the torus, and of the open lattice.
            #expect(lattice.shells[0].pairs == (isTorus ? 30 : 3 * 4 + 2 * 5))
        }
    }

    @Test func shellsHoldTheirSpread() throws {
        let pairs = try Machines.pairs(4)
        let lattice = LatticeCouplings(pairs, rows: 2, columns: 2, isTorus: false)
        #expect(lattice.shells.count == 2)
        let diagonal = lattice.shells[1]
        let (a, b) = (pairs[0, 3], pairs[1, 2])
        #expect(diagonal.pairs == 2)
        #expect((diagonal.shorter, diagonal.longer) == (1, 1))
        #expect(abs(diagonal.mean - (a + b) / 2) < 1e-15)
        #expect(abs(diagonal.deviation - abs(a - b) / 2.0.squareRoot()) < 1e-15)
        #expect((diagonal.smallest, diagonal.largest) == (min(a, b), max(a, b)))
    }
}
