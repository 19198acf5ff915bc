import Analysis
import Testing

@testable import FlowMaps

@Suite struct SandpileRunsTests {
    private func sums(size: Int, grains: Int, seed: UInt64 = 1) -> AvalancheSums {
        let runs = SandpileRuns(size: size, grains: grains, seed: seed)
        var sums = runs.sums
        runs.run(0..<runs.piles, into: &sums)
        return sums
    }

    /// The exact mean within 3.5 standard errors, which are below one percent.
    @Test(arguments: [(16, 200_000), (32, 200_000)])
    func meanTopplings(size: Int, grains: Int) {
        let mean = sums(size: size, grains: grains).meanTopplings
        let exact = SandpileTheory.meanTopplings(size: size)
        #expect(mean.error < 0.01 * exact)
        #expect(abs(mean.value - exact) < 3.5 * mean.error)
    }

    @Test func heightsNearThoseOfTheBulk() {
        for (height, bulk) in zip(
            sums(size: 64, grains: 20_000).heights, SandpileTheory.bulkHeights)
        {
            #expect(abs(height.value - bulk) < 0.005 && height.error < 0.002)
        }
    }

    /// Piles are a matter of the seed and their numbers alone.
    @Test func sharesAddUpToTheWhole() {
        let runs = SandpileRuns(size: 8, grains: 10_000, seed: 9)
        var whole = runs.sums
        runs.run(0..<64, into: &whole)
        var parts = runs.sums
        for share in [40..<64, 0..<17, 17..<40] { runs.run(share, into: &parts) }
        #expect(whole.values == parts.values)
        #expect(whole.values != sums(size: 8, grains: 10_000, seed: 8).values)
    }

    @Test func fewGrainsHaveNoExponent() {
        let few = sums(size: 4, grains: 3)
        #expect(few.piles == 3)
        #expect(few.exponent.value.isNaN)
        #expect(few.meanTopplings.value.isFinite)
    }

    /// Sizes drawn from a power law give its exponent back.
    @Test(arguments: [0.8, 1.25, 2.0])
    func exponentOfALaw(exponent: Double) {
        let law = TruncatedPowerLaw(10...400)
        #expect(abs(law.exponent(meanLog: law.meanLog(exponent)) - exponent) < 1e-12)
        #expect(law.exponent(meanLog: 7).isNaN && law.exponent(meanLog: 2).isNaN)
    }

    @Test func distributionAddsUpToOne() {
        let bins = sums(size: 16, grains: 20_000).distribution
        #expect(abs(bins.reduce(0) { $0 + $1.share.value } - 1) < 1e-12)
        #expect(bins.first?.size == 1)
        #expect(zip(bins, bins.dropFirst()).allSatisfy { $0.size * 2 == $1.size })
    }
}
