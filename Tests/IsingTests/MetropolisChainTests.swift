import Analysis
import Foundation
import TestSupport
import Testing

@testable import Ising

@Suite struct MetropolisChainTests {
    /// A chain that begins in equilibrium stays there: each state's rate is that of its weight.
    @Test(arguments: [(0.3, 0.2), (0.9, -0.1), (0.0, 0.0), (0.5, 0.0)])
    func visitsStatesByTheirWeight(coupling: Double, field: Double) {
        var chain = MetropolisChain(
            size: 2, coupling: coupling, field: field, seed: 3, role: .production, index: 0)
        var visits = [Double](repeating: 0, count: 16)
        var bytes = [UInt8](repeating: 0, count: 4)
        let times = 20_000
        for _ in 0..<times {
            // Some sweeps apart, ending at different places of the cycle of four.
            chain.advance(sweeps: 13)
            var span = bytes.mutableSpan
            chain.write(0, into: &span, at: 0)
            visits[(0..<4).reduce(0) { $0 | Int(bytes[$1]) << $1 }] += 1
        }
        let weights = (0..<16).map { state in
            let spins = (0..<4).map { UInt8(state >> $0 & 1) }
            let counts = LatticeCounts(spins.span, at: 0, size: 2)
            return exp(field * Double(counts.magnetization) - coupling * Double(counts.energy))
        }
        let total = weights.reduce(0, +)
        // The sign of a lattice without a field changes slowly when cold: both together.
        for state in 0..<8 {
            let expected = (weights[state] + weights[15 - state]) / total
            let found = (visits[state] + visits[15 - state]) / Double(times)
            let error = (expected * (1 - expected) / Double(times)).squareRoot()
            #expect(abs(found - expected) < 5 * error + 1e-9, "\(state)")
        }
        guard field != 0 else { return }
        let up = (weights[15] - weights[0]) / total
        let found = (visits[15] - visits[0]) / Double(times)
        #expect(abs(found - up) < 5 / Double(times).squareRoot())
    }

    @Test func startsAlongTheField() {
        for (field, spin) in [(0.1, 1), (-0.1, 0)] as [(Double, UInt8)] {
            var chain = MetropolisChain(
                size: 3, coupling: 1, field: field, seed: 1, role: .production, index: 5)
            var bytes = [UInt8](repeating: 7, count: 9)
            var span = bytes.mutableSpan
            chain.write(0, into: &span, at: 0)
            #expect(Set(bytes) == [spin])
        }
    }

    /// Neither colour of an odd lattice is free of neighbours; in turn they are updated all the same.
    @Test func oddLatticesAreSampled() throws {
        let sampler = try IsingSampler(
            size: 5, coupling: 0.44, method: .metropolis, seed: 6)
        var bytes = [UInt8](repeating: 0, count: 8192 * 25)
        var span = bytes.mutableSpan
        sampler.draw(0..<8192, into: &span)
        var sums = try ObservableSums(
            size: 5, total: 8192, blockLength: sampler.plan.samplesPerReplica)
        try sums.add(bytes.span, first: 0)
        let exact = try Kaufman.torus(size: 5, coupling: 0.44).energyPerSite
        #expect(abs(sums.energyPerSite.value - exact) < 4 * sums.energyPerSite.error)
    }

    /// Samples must not change by accident: data sets are cited by their seed.
    @Test(
        arguments: [(0.1, 9_922_817_217_451_342_077), (-0.3, 14_228_233_612_935_800_796)]
            as [(Double, UInt64)])
    func bitsOfASeedInAField(field: Double, checksum: UInt64) throws {
        let sampler = try IsingSampler(size: 7, coupling: 0.4, field: field, seed: 42)
        #expect(sampler.plan.method == .metropolis)
        var bytes = [UInt8](repeating: 0, count: 500 * 49)
        var span = bytes.mutableSpan
        sampler.draw(0..<500, into: &span)
        #expect(Checksum(bytes).hash == checksum)
    }
}
