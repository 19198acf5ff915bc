import Testing

@testable import Ising

@Suite struct PilotRunTests {
    @Test func timesGrowTowardTheCriticalPoint() throws {
        let times = try [0.2, 0.3, 0.38, 0.408].map {
            try PilotRun(size: 32, coupling: $0, seed: 1).plan(.multispin).autocorrelationTime
        }
        #expect(times == times.sorted())
        #expect((0.5...1).contains(times[0]))
        #expect((15...30).contains(times[3]))
    }

    @Test func independentSweepsHaveTheTimeOneHalf() throws {
        let plan = try PilotRun(size: 16, coupling: 0, seed: 1).plan(.swendsenWang)
        #expect((0.5...0.6).contains(plan.autocorrelationTime))
        #expect(plan.spacing <= 2)
    }

    @Test func wolffSweepsTurnAboutEverySite() throws {
        // Deep in the ordered phase one cluster is nearly the lattice.
        let cold = try PilotRun(size: 12, coupling: 0.8, seed: 1).plan(.wolff)
        #expect(cold.clustersPerSweep == 1)
        // Far above it a cluster is a few spins.
        let hot = try PilotRun(size: 12, coupling: 0.1, seed: 1).plan(.wolff)
        #expect((50...144).contains(hot.clustersPerSweep))
    }

    @Test func givesUpOnLocalUpdatesThatDoNotDecorrelate() {
        let pilot = PilotRun(
            size: 64, coupling: criticalCoupling, seed: 1, multispinLimit: 512)
        #expect(
            throws: IsingError.slow(
                .multispin, size: 64, coupling: criticalCoupling, sweeps: 512)
        ) {
            try pilot.plan(.multispin)
        }
    }
}
