import Analysis
import Ising
import RBMCore
import TestSupport
import Testing

@testable import Renormalization

@Suite struct OrderSharesTests {
    @Test(arguments: [0.2, 1, 3] as [Float])
    func agreeWithTheSpectrum(scale: Float) throws {
        let hamiltonian = MarginalHamiltonian(
            randomMachine(visible: 13, hidden: 9, scale: scale), side: .visible)
        let shares = try OrderShares(hamiltonian, PairCouplings(hamiltonian))
        let orders = try CouplingSpectrum(hamiltonian).orders
        let higher = orders.dropFirst(2).reduce(0) { $0 + $1.share }
        for (share, exact) in [
            (shares.fields, orders[0].share), (shares.pairs, orders[1].share),
            (shares.higher, higher),
        ] {
            #expect(abs(share.value - exact) < 4 * share.error)
            #expect(share.error < 0.05 * max(exact, 0.1))
        }
    }

    @Test func theBondMachineHasPairsOnly() throws {
        let hamiltonian = MarginalHamiltonian(
            try BondRBM(size: 6, coupling: 0.4).rbm, side: .visible)
        let shares = try OrderShares(hamiltonian, PairCouplings(hamiltonian))
        #expect(abs(shares.pairs.value - 1) < 1e-12)
        #expect(shares.higher.value < 1e-12)
    }

    @Test func nothingIsNoShare() throws {
        let hamiltonian = MarginalHamiltonian(
            RBM(
                visibleUnits: .spin, hiddenUnits: .spin,
                parameters: Parameters(visible: 30, hidden: 2)), side: .visible)
        let shares = try OrderShares(hamiltonian, PairCouplings(hamiltonian))
        #expect(shares.pairs.value == 0 && shares.higher.value == 0)
    }
}
