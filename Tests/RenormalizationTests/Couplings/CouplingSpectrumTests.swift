import Foundation
import RBMCore
import TestSupport
import Testing

@testable import Renormalization

@Suite struct CouplingSpectrumTests {
    /// Couplings of one, two, three and five spins among thirteen.
    @Test func plantedCouplingsAreRecovered() {
        let planted: [([Int], Double)] = [
            ([], 3.5), ([4], -0.3), ([0, 7], 0.44), ([2, 3], -0.21), ([1, 5, 12], 0.17),
            ([0, 3, 6, 9, 11], -0.08),
        ]
        let values = (0..<1 << 13).map { state in
            planted.reduce(0.0) { sum, term in
                sum + term.0.reduce(term.1) { $0 * (state >> $1 & 1 == 1 ? 1 : -1) }
            }
        }
        let spectrum = CouplingSpectrum(values: values)
        var rest = spectrum.couplings
        for (set, coupling) in planted {
            #expect(abs(spectrum.coupling(set) - coupling) < 1e-12)
            rest[set.reduce(0) { $0 | 1 << $1 }] = 0
        }
        #expect(rest.allSatisfy { abs($0) < 1e-12 })

        let orders = spectrum.orders
        #expect(orders.map(\.order) == Array(1...13))
        #expect(orders[1].count == 78)
        #expect(abs(orders[1].largest - 0.44) < 1e-12)
        let squares = [0.09, 0.44 * 0.44 + 0.21 * 0.21, 0.17 * 0.17, 0, 0.08 * 0.08]
        for (order, square) in zip(orders, squares) {
            #expect(abs(order.share - square / squares.reduce(0, +)) < 1e-12)
            #expect(abs(order.rootMeanSquare - (square / Double(order.count)).squareRoot()) < 1e-12)
        }
        #expect(abs(orders.reduce(0) { $0 + $1.share } - 1) < 1e-12)
    }

    /// The sum of squares is the variance over all states.
    @Test func parseval() throws {
        let values = try MarginalHamiltonian(
            randomMachine(visible: 10, hidden: 6), side: .visible
        ).values()
        let spectrum = CouplingSpectrum(values: values)
        let mean = values.reduce(0, +) / 1024
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1024
        let squares = spectrum.couplings.dropFirst().reduce(0) { $0 + $1 * $1 }
        #expect(abs(spectrum.coupling([]) - mean) < 1e-12)
        #expect(abs(squares / variance - 1) < 1e-12)
    }

    /// A hidden unit that touches two spins couples them by ½ ln[cosh(w₁ + w₂)/cosh(w₁ − w₂)].
    @Test func aHiddenUnitOfTwoSpins() throws {
        var parameters = Parameters(visible: 4, hidden: 2)
        (parameters[0, 0], parameters[2, 0]) = (0.7, -1.3)
        (parameters[1, 1], parameters[3, 1]) = (0.9, 0.9)
        let spectrum = try CouplingSpectrum(
            MarginalHamiltonian(
                RBM(visibleUnits: .spin, hiddenUnits: .spin, parameters: parameters),
                side: .visible))
        let (a, b) = (Double(0.7 as Float), Double(-1.3 as Float))
        let first = log(cosh(a + b) / cosh(a - b)) / 2
        let second = log(cosh(2 * Double(0.9 as Float))) / 2
        for set in 1..<16 {
            let expected = set == 0b0101 ? first : set == 0b1010 ? second : 0
            #expect(abs(spectrum.couplings[set] - expected) < 1e-12)
        }
    }

    @Test func nothingIsCoupledByWeightsOfZero() throws {
        let machine = RBM(
            visibleUnits: .bernoulli, hiddenUnits: .spin,
            parameters: Parameters(visible: 5, hidden: 3))
        let spectrum = try CouplingSpectrum(MarginalHamiltonian(machine, side: .visible))
        #expect(abs(spectrum.coupling([]) - 3 * log(2)) < 1e-15)
        #expect(spectrum.orders.allSatisfy { $0.share < 1 && $0.largest < 1e-15 })
    }
}
