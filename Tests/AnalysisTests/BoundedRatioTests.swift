import Analysis
import RandomStreams
import RealModule
import TestSupport
import Testing

@Suite struct BoundedRatioTests {
    /// Weights as near equilibrium: ln w is normal with the variance σ² about −σ²/2 on the way there
    /// and about +σ²/2 on the way back, with which Crooks' theorem holds exactly and ln (Z₁/Z₀) = 0.
    private func weights(
        _ count: Int, variance: Double, isReverse: Bool, seed: UInt64
    ) -> [Double] {
        let stream = RandomStream(seed: seed, .benchmark)
        return (0..<count).map { n in
            let a = (Double(stream.word(row: n, unit: 0)) + 0.5) * 0x1p-32
            let b = (Double(stream.word(row: n, unit: 1)) + 0.5) * 0x1p-32
            let normal = (-2 * Double.log(a)).squareRoot() * .cos(2 * .pi * b)
            return variance.squareRoot() * normal + (isReverse ? variance : -variance) / 2
        }
    }

    private func ratio(variance: Double, seed: UInt64, count: Int = 100) -> BoundedRatio {
        BoundedRatio(
            forward: weights(count, variance: variance, isReverse: false, seed: 2 * seed),
            reverse: [weights(count, variance: variance, isReverse: true, seed: 2 * seed + 1)])
    }

    /// The error covers the truth as often as it should, up to the largest gap with an estimate.
    @Test(.statistical, arguments: [0.3, 2, 4, 9, 14])
    func coversTheTruth(variance: Double) {
        let runs = 400
        var (within, twice, bounded) = (0, 0, 0)
        for seed in 0..<runs {
            let found = ratio(variance: variance, seed: UInt64(seed))
            let deviation = (found.ratio.value / found.ratio.error).magnitude
            if deviation < 1 { within += 1 }
            if deviation < 2 { twice += 1 }
            if found.lower <= 0, 0 <= found.upper { bounded += 1 }
        }
        // 68.3 % and 95.4 % of 400, with three standard errors of a count, and two more below for the
        // bias at large gaps.
        #expect(within > 273 - 28 - 18 && within < 273 + 28, "\(within) of \(runs)")
        #expect(twice > 381 - 13 - 8, "\(twice) of \(runs)")
        #expect(bounded >= runs - 2, "\(bounded) of \(runs)")
    }

    @Test func meansAndGapAreThose() {
        let found = BoundedRatio(forward: [1, 2, 3, 2], reverse: [[4, 6, 5]])
        #expect(abs(found.forward.value - 2) < 1e-14 && abs(found.reverse.value - 5) < 1e-14)
        #expect(abs(found.gap - 3) < 1e-14)
        #expect(abs(found.lower - (2 - 2 * (2.0 / 12).squareRoot())) < 1e-12)
        #expect(abs(found.upper - (5 + 2 * (1.0 / 3).squareRoot())) < 1e-12)
        // (Σw)²/Σw² of e, e², e², e³.
        let weights = [1.0, 2, 2, 3].map { Double.exp($0) }
        let sum = weights.reduce(0, +)
        let expected = sum * sum / weights.reduce(0) { $0 + $1 * $1 }
        #expect(abs(found.forwardWeight.effectiveSampleSize - expected) < 1e-12)
        #expect(abs(found.forwardWeight.logarithm.value - .log(sum / 4)) < 1e-12)
        let inverse = [4.0, 5, 6].map { Double.exp(-$0) }.reduce(0, +)
        #expect(abs(found.reverseWeight.logarithm.value - .log(inverse / 3)) < 1e-12)
    }

    @Test func verdictsFollowTheGap() {
        #expect(ratio(variance: 1, seed: 1).verdict == .determined)
        #expect(ratio(variance: 8, seed: 1).verdict == .rough)
        #expect(ratio(variance: 30, seed: 1).verdict == .undetermined)
    }

    /// The group with the larger mean makes the bound; groups that differ leave no sure estimate.
    @Test func groupsThatDifferAreRoughAtBest() {
        let forward = weights(100, variance: 0.5, isReverse: false, seed: 1)
        let one = weights(50, variance: 0.5, isReverse: true, seed: 2)
        let same = weights(50, variance: 0.5, isReverse: true, seed: 3)
        let both = BoundedRatio(forward: forward, reverse: [one, same])
        #expect(both.groupsAgree && both.verdict == .determined)
        let other = same.map { $0 + 2 }
        for groups in [[one, other], [other, one]] {
            let found = BoundedRatio(forward: forward, reverse: groups)
            #expect(!found.groupsAgree && found.verdict == .rough)
            #expect(found.reverse == Estimate.mean(of: other))
        }
    }

    /// Chains that come back from where the others do not go say nothing, however small the gap.
    @Test func anEstimateOutsideItsBoundsIsUndetermined() {
        let forward = weights(100, variance: 0.5, isReverse: false, seed: 1)
        let reverse = weights(100, variance: 0.5, isReverse: true, seed: 2).map { $0 - 9 }
        let found = BoundedRatio(forward: forward, reverse: [reverse])
        #expect(found.gap < 0 && found.verdict == .undetermined)
    }

    /// Starts that are shared by a block tell no more than one of them.
    @Test func blocksOfStartsCountOnce() {
        let forward = weights(300, variance: 2, isReverse: false, seed: 5)
        let reverse = weights(60, variance: 2, isReverse: true, seed: 6)
        let single = BoundedRatio(forward: forward, reverse: [reverse])
        let copied = BoundedRatio(
            forward: forward, reverse: [reverse.flatMap { [$0, $0, $0] }], blockLength: 3)
        #expect(abs(single.reverse.error / copied.reverse.error - 1) < 1e-9)
        // The weight of the other way is larger, but no false certainty comes from copies.
        #expect(copied.ratio.error > 0.9 * single.ratio.error)
    }

    /// Equal weights both ways leave neither gap nor error.
    @Test func equalWeightsDetermine() {
        let found = BoundedRatio(forward: [7, 7, 7], reverse: [[7, 7], [7]])
        #expect(abs(found.ratio.value - 7) < 1e-12 && found.ratio.error < 1e-12)
        #expect(found.verdict == .determined)
    }
}
