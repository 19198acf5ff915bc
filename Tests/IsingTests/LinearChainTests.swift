import Foundation
import Testing

@testable import Ising

@Suite struct LinearChainTests {
    /// ln Z and the derivatives as moments over all configurations.
    private func enumerate(
        _ size: Int, _ ends: LinearChain.Ends, _ coupling: Double, _ field: Double
    )
        -> [Double]
    {
        var states: [(bonds: Double, sum: Double)] = []
        for state in 0..<1 << size {
            let spins = (0..<size).map { state >> $0 & 1 == 1 ? 1.0 : -1 }
            let last = ends == .open ? size - 1 : size
            let bonds = (0..<last).reduce(0) { $0 + spins[$1] * spins[($1 + 1) % size] }
            states.append((bonds, spins.reduce(0, +)))
        }
        let largest = states.map { coupling * $0.bonds + field * $0.sum }.max() ?? 0
        let weights = states.map { exp(coupling * $0.bonds + field * $0.sum - largest) }
        let z = weights.reduce(0, +)
        func mean(_ f: ((bonds: Double, sum: Double)) -> Double) -> Double {
            zip(weights, states).reduce(0) { $0 + $1.0 * f($1.1) } / z
        }
        let (bonds, sum) = (mean { $0.bonds }, mean { $0.sum })
        let n = Double(size)
        return [
            log(z) + largest, -bonds / n,
            coupling * coupling * mean { ($0.bonds - bonds) * ($0.bonds - bonds) } / n, sum / n,
            mean { ($0.sum - sum) * ($0.sum - sum) } / n,
        ]
    }

    private func list(_ chain: LinearChainThermodynamics) -> [Double] {
        [
            chain.logZ, chain.energyPerSite, chain.specificHeatPerSite,
            chain.magnetizationPerSite, chain.susceptibilityPerSite,
        ]
    }

    @Test(
        arguments: [1, 2, 3, 6, 9],
        [
            (0.0, 0.0), (0.7, 0.0), (0.44, 0.1), (-0.8, 0.3), (-1.5, 0.0), (3.0, -0.2), (0.0, 2.0),
            (1.0, -4.0),
        ])
    func agreesWithEnumeration(size: Int, point: (coupling: Double, field: Double)) throws {
        for ends in LinearChain.Ends.allCases where ends == .open || size > 1 {
            let chain = try LinearChain.finite(
                size: size, ends: ends, coupling: point.coupling, field: point.field)
            let expected = enumerate(size, ends, point.coupling, point.field)
            for (a, b) in zip(list(chain), expected) { #expect(abs(a - b) < 1e-12, "\(ends)") }
            #expect(chain.freeEnergyPerSite == -chain.logZ / Double(size))
        }
    }

    @Test func closedFormsWithoutField() throws {
        for coupling in [-2, -0.3, 0, 0.408, 1, 5] {
            let two = log(2 * cosh(coupling))
            let infinite = try LinearChain.infinite(coupling: coupling)
            #expect(abs(infinite.logZ - two) < 1e-14)
            let open = try LinearChain.finite(size: 1000, ends: .open, coupling: coupling)
            #expect(abs(open.logZ - (log(2) + 999 * two)) < 1e-10)
            let ring = try LinearChain.finite(size: 100, ends: .periodic, coupling: coupling)
            let wave = 100 * two + log1p(pow(tanh(coupling), 100))
            #expect(abs(ring.logZ - wave) < 1e-11)
        }
        let infinite = try LinearChain.infinite(coupling: 0.6)
        #expect(abs(infinite.energyPerSite + tanh(0.6)) < 1e-15)
        #expect(abs(infinite.susceptibilityPerSite - exp(1.2)) < 1e-13)
        #expect(abs(infinite.magnetizationPerSite) < 1e-15)
    }

    /// An odd ring of antiferromagnets has 2N ground states with one bond unsatisfied.
    @Test func frustratedRings() throws {
        for coupling in [-20.0, -100] {
            let ring = try LinearChain.finite(size: 101, ends: .periodic, coupling: coupling)
            #expect(abs(ring.logZ - (-99 * coupling + log(202))) < 1e-9)
            #expect(abs(ring.energyPerSite - 99.0 / 101) < 1e-12)
        }
    }

    @Test func strongCouplingsAndFields() throws {
        for (coupling, field) in [(100.0, 0.0), (100, 100), (-100, 1e-3), (100, -1e-8)] {
            for ends in LinearChain.Ends.allCases {
                let chain = try LinearChain.finite(
                    size: 1_000_000, ends: ends, coupling: coupling, field: field)
                #expect(list(chain).allSatisfy { $0.isFinite })
            }
        }
        let aligned = try LinearChain.finite(size: 10, ends: .periodic, coupling: 100, field: 100)
        #expect(aligned.logZ == 2000)
        #expect(aligned.magnetizationPerSite == 1)
    }

    @Test func refusesWhatHasNoAnswer() {
        #expect(throws: IsingError.self) {
            try LinearChain.finite(size: 1, ends: .periodic, coupling: 1)
        }
        #expect(throws: IsingError.self) {
            try LinearChain.finite(size: 0, ends: .open, coupling: 1)
        }
        for (coupling, field) in [(101.0, 0.0), (.nan, 0), (0.4, .infinity), (0.4, -200)] {
            #expect(throws: IsingError.self) {
                try LinearChain.infinite(coupling: coupling, field: field)
            }
        }
    }
}
