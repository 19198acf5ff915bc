import Analysis
import Testing

@testable import Runs

@Suite struct LayerBoundTests {
    private let mean = Estimate(value: -20, error: 0.1)

    private func annealed(_ forward: [Double], _ reverse: [Double]) -> KnownPartition {
        KnownPartition(
            AnnealedPartition(
                logZ: BoundedRatio(forward: forward, reverse: [reverse]), sweeps: 1, levels: 2,
                roundTrips: 0, startsFromCases: false, ladder: nil))
    }

    private func bound(
        _ logZ: KnownPartition, below: LayerBound? = nil, isProbability: Bool = true
    ) -> LayerBound {
        LayerBound(
            layer: 1, mean: mean, logZ: logZ, below: below, isProbability: isProbability)
    }

    @Test func anExactPartitionLeavesTheDraws() {
        let found = bound(KnownPartition(exact: 5))
        #expect(found.bound == -25 && found.logZVerdict == "exact" && found.gain == nil)
        #expect(abs(found.boundLower + 25.2) < 1e-12 && abs(found.boundUpper + 24.8) < 1e-12)
    }

    @Test func boundsOfThePartitionAreThoseOfTheBound() throws {
        let logZ = annealed([4, 5, 6], [5, 6, 7])
        let found = bound(logZ, below: bound(KnownPartition(exact: 7)))
        #expect(found.logZVerdict == "determined")
        #expect(abs(found.boundLower - (-20.2 - logZ.upper)) < 1e-12)
        #expect(abs(found.boundUpper - (-19.8 - logZ.lower)) < 1e-12)
        let value = try #require(found.bound)
        #expect(found.boundLower < value && value < found.boundUpper)
        #expect(found.gain == value + 27)
    }

    @Test func anUndeterminedPartitionHasNoBoundOfItsOwn() {
        let open = bound(annealed([4, 5], [35, 36]), below: bound(KnownPartition(exact: 7)))
        #expect(open.bound == nil && open.gain == nil && open.logZVerdict == "undetermined")
        #expect(bound(KnownPartition(exact: 7), below: open).gain == nil)
    }

    @Test func noProbabilityIsAboveOne() {
        let found = bound(KnownPartition(exact: -30))
        #expect(found.bound == nil && found.boundLower == 0 && found.boundUpper == 0)
        #expect(bound(KnownPartition(exact: -30), isProbability: false).bound == 10)
    }
}
