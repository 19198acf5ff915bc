import Analysis
import Foundation
import Ising
import RBMCore
import TestSupport
import Testing

@testable import Renormalization

@Suite struct PairCouplingsTests {
    @Test(
        arguments: [
            (Spin() as any UnitKind, Spin() as any UnitKind), (.spin, .bernoulli),
            (.bernoulli, .spin),
            (.bernoulli, .bernoulli),
        ],
        [0.01, 1, 4] as [Float])
    func agreesWithAllStates(kinds: (visible: any UnitKind, hidden: any UnitKind), scale: Float)
        throws
    {
        let machine = randomMachine(
            visible: 9, hidden: 13, visibleUnits: kinds.visible, hiddenUnits: kinds.hidden,
            scale: scale)
        for side in MarginalHamiltonian.Side.allCases {
            let hamiltonian = MarginalHamiltonian(machine, side: side)
            let spectrum = try CouplingSpectrum(hamiltonian)
            let pairs = try PairCouplings(hamiltonian)
            #expect(pairs.units == hamiltonian.units)
            for a in 0..<pairs.units {
                #expect(abs(pairs.fields[a] - spectrum.coupling([a])) < 1e-12)
                #expect(pairs[a, a] == 0)
                for b in 0..<a {
                    #expect(abs(pairs[a, b] - spectrum.coupling([a, b])) < 1e-12)
                    #expect(pairs[a, b] == pairs[b, a])
                }
            }
        }
    }

    /// Small couplings keep their relative precision, which a mean over states would lose.
    @Test func smallCouplings() throws {
        var parameters = Parameters(visible: 3, hidden: 1)
        (parameters[0, 0], parameters[1, 0]) = (1e-6, 1e-6)
        let pairs = try PairCouplings(
            MarginalHamiltonian(
                RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters),
                side: .visible))
        let square = Double(1e-6 as Float) * Double(1e-6 as Float)
        #expect(abs(pairs[0, 1] / square - 1) < 1e-10)
        #expect(pairs[0, 2] == 0)
    }

    /// The torus with a hidden unit on each bond has K at distance 1 and nothing elsewhere.
    @Test(arguments: [(4, criticalCoupling), (8, 0.408), (12, 0.9)])
    func theBondMachineIsTheTorus(size: Int, coupling: Double) throws {
        let bonds = try BondRBM(size: size, coupling: coupling)
        let pairs = try PairCouplings(MarginalHamiltonian(bonds.rbm, side: .visible))
        let lattice = LatticeCouplings(pairs, rows: size, columns: size, isTorus: true)
        let planted = bonds.storedCoupling
        #expect(abs(planted - coupling) < 1e-6)
        let nearest = try #require(lattice.shells.first)
        #expect(nearest.distance == 1)
        #expect(nearest.pairs == 2 * size * size)
        for value in [nearest.mean, nearest.smallest, nearest.largest] {
            #expect(abs(value - planted) < 1e-12)
        }
        for shell in lattice.shells.dropFirst() {
            #expect(max(abs(shell.smallest), abs(shell.largest)) < 1e-12)
        }
        #expect(pairs.fields.allSatisfy { abs($0) < 1e-12 })
    }

    /// Two thousand weights of each unit: the product of cosines has nearly no digit in common.
    @Test func manyUnits() throws {
        let machine = randomMachine(visible: 600, hidden: 3, scale: 0.5, seed: 4)
        let hamiltonian = MarginalHamiltonian(machine, side: .visible)
        let pairs = try PairCouplings(hamiltonian)
        // The Gaussian approximation, good to the inverse number of units.
        var found = 0.0
        var expected = 0.0
        for a in 0..<40 {
            for b in 0..<a {
                let mean = (0..<3).reduce(0) { sum, j in
                    sum + gaussian(hamiltonian, unit: j, a, b)
                }
                found += (pairs[a, b] - mean) * (pairs[a, b] - mean)
                expected += mean * mean
            }
        }
        #expect((found / expected).squareRoot() < 0.01)
    }

    /// The mean of the coupling by one unit over a Gaussian sum of all other spins.
    private func gaussian(_ hamiltonian: MarginalHamiltonian, unit: Int, _ a: Int, _ b: Int)
        -> Double
    {
        let row = Array(
            hamiltonian.weights[unit * hamiltonian.units..<(unit + 1) * hamiltonian.units])
        let variance = row.reduce(0) { $0 + $1 * $1 } - row[a] * row[a] - row[b] * row[b]
        var sum = 0.0
        var total = 0.0
        for z in stride(from: -8.0, through: 8, by: 0.02) {
            let x = hamiltonian.thresholds[unit] + variance.squareRoot() * z
            let weight = exp(-z * z / 2)
            total += weight
            sum +=
                weight / 4
                * (logCosh(x + row[a] + row[b]) + logCosh(x - row[a] - row[b])
                    - logCosh(x + row[a] - row[b]) - logCosh(x - row[a] + row[b]))
        }
        return sum / total
    }

    @Test func refusesTooManyUnits() {
        let machine = RBM(
            visibleUnits: .spin, hiddenUnits: .spin,
            parameters: Parameters(visible: 4097, hidden: 1))
        #expect(throws: RenormalizationError.self) {
            try PairCouplings(MarginalHamiltonian(machine, side: .visible))
        }
    }
}
