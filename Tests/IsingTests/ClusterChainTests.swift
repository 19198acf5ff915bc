import Testing

@testable import Ising

@Suite struct ClusterChainTests {
    @Test func swendsenWangWithoutBondsDrawsEverySpinAnew() {
        var chain = SwendsenWangChain(
            size: 32, coupling: 0, seed: 1, role: .production, index: 0)
        var up = 0
        for _ in 0..<100 {
            chain.advance(sweeps: 1)
            up += read(&chain, sites: 1024).count { $0 == 1 }
        }
        // 102,400 coins: 4 standard deviations.
        #expect(abs(up - 51_200) < 640)
    }

    @Test func swendsenWangWithAllBondsTurnsTheWholeLattice() {
        var chain = SwendsenWangChain(
            size: 5, coupling: 100, seed: 1, role: .production, index: 0)
        var seen: Set<UInt8> = []
        for _ in 0..<20 {
            chain.advance(sweeps: 1)
            let spins = read(&chain, sites: 25)
            #expect(Set(spins).count == 1)
            seen.insert(spins[0])
        }
        #expect(seen == [0, 1])
    }

    @Test func wolffTurnsAsManySitesAsItCounts() {
        var chain = WolffChain(
            size: 9, coupling: 0.4, clustersPerSweep: 1, seed: 1, role: .production, index: 0)
        var before = read(&chain, sites: 81)
        for _ in 0..<50 {
            let turned = chain.turned
            chain.advance(sweeps: 1)
            let after = read(&chain, sites: 81)
            let changed = before.indices.filter { before[$0] != after[$0] }
            #expect(changed.count == chain.turned - turned)
            // One cluster: all of it had the same sign.
            #expect(Set(changed.map { before[$0] }).count == 1)
            before = after
        }
    }

    private func read<Group: ReplicaGroup & ~Copyable>(_ group: inout Group, sites: Int)
        -> [UInt8]
    {
        var bytes = [UInt8](repeating: 0, count: sites)
        var span = bytes.mutableSpan
        group.write(0, into: &span, at: 0)
        return bytes
    }
}
