import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct MeanRoundingTests {
    private func bytes(
        _ kind: any UnitKind, _ probabilities: [Float], hidden: Int, _ rows: StepShare, step: Int
    ) -> [Int8] {
        var result = [Int8](repeating: 99, count: probabilities.count)
        roundMeans(
            of: kind, hidden: hidden, probabilities: probabilities, rows: rows,
            rounding: PhaseRounding(seed: 8, layer: 0, step: step), into: &result)
        return result
    }

    /// Equal and unequal counts, of which one is much the larger.
    static let counts = [(4, 4), (3, 7), (7, 3), (1, 100), (100, 1)]

    @Test(arguments: UnitKinds.binary, counts)
    func roundingIsUnbiased(kind: any UnitKind, counts: (batch: Int, chains: Int)) {
        let hidden = 5
        let rows = StepShare(
            positive: 0..<counts.batch, of: counts.batch, negative: 0..<counts.chains,
            of: counts.chains)
        let count = (counts.batch + counts.chains) * hidden
        var generator = TestGenerator(seed: 7)
        let probabilities = generator.probabilities(count)
        let trials = 2000
        var sums = [Double](repeating: 0, count: count)
        for step in 0..<trials {
            let bytes = bytes(kind, probabilities, hidden: hidden, rows, step: step)
            for i in 0..<count { sums[i] += Double(bytes[i]) }
        }
        let divisor = Double(min(counts.batch, counts.chains))
        for i in 0..<count {
            let isPositive = i / hidden < counts.batch
            let share = divisor / Double(isPositive ? counts.batch : -counts.chains)
            let p = Double(probabilities[i])
            let exact = 127 * share * (kind == .spin ? 2 * p - 1 : p)
            // The standard error of a number that is rounded down or up at random, and the 2⁻¹⁶ of
            // the fixed point.
            let fraction = exact - exact.rounded(.down)
            let error = (fraction * (1 - fraction) / Double(trials)).squareRoot()
            #expect(abs(sums[i] / Double(trials) - exact) < 4.5 * error + 127 * 2 * 0x1p-16)
        }
    }

    @Test(arguments: UnitKinds.binary, counts)
    func roundingIsToANeighbourAndWithin127(
        kind: any UnitKind, counts: (batch: Int, chains: Int)
    ) {
        let hidden = 7
        let rows = StepShare(
            positive: 0..<counts.batch, of: counts.batch, negative: 0..<counts.chains,
            of: counts.chains)
        let count = (counts.batch + counts.chains) * hidden
        let extremes: [Float] = [1, 0, Float(1).nextDown, 0.5, 1, 0x1p-126, 1]
        let probabilities = (0..<count).map { extremes[$0 % hidden] }
        let divisor = Double(min(counts.batch, counts.chains))
        var worst = 0.0
        for step in 0..<300 {
            let bytes = bytes(kind, probabilities, hidden: hidden, rows, step: step)
            for i in 0..<count {
                let isPositive = i / hidden < counts.batch
                let share = divisor / Double(isPositive ? counts.batch : -counts.chains)
                let p = Double(probabilities[i])
                let exact = 127 * share * (kind == .spin ? 2 * p - 1 : p)
                worst = max(worst, abs(Double(bytes[i]) - exact))
            }
            #expect(bytes.min()! >= -127)
        }
        #expect(worst < 1 + 127 * 2 * 0x1p-16)
    }

    /// Slices that have units of one half, of both with words in common, and of both with words apart.
    @Test(arguments: [130, 500, 501, 640], [2, 3, 4])
    func slicesOfColumnsAreRoundedAsInTheWhole(hidden: Int, processes: Int) {
        var generator = TestGenerator(seed: 10)
        let rows = StepShare(positive: 0..<3, of: 3, negative: 0..<2, of: 2)
        let probabilities = generator.probabilities(5 * hidden)
        let whole = bytes(.bernoulli, probabilities, hidden: hidden, rows, step: 1)
        for columns in HiddenSlice.parts(of: hidden, among: processes) where !columns.isEmpty {
            func cut<Element>(_ values: [Element]) -> [Element] {
                (0..<5).flatMap { values[columns.offset(by: $0 * hidden)] }
            }
            var bytes = [Int8](repeating: 0, count: 5 * columns.count)
            roundMeans(
                of: .bernoulli, hidden: columns.count,
                slice: HiddenSlice(columns, of: hidden), probabilities: cut(probabilities),
                rows: rows, rounding: PhaseRounding(seed: 8, layer: 0, step: 1), into: &bytes)
            #expect(bytes == cut(whole), "columns \(columns)")
        }
    }

    @Test(arguments: [1, 2, 5, 64, 129])
    func aSliceIsRoundedAsInTheWhole(hidden: Int) {
        var generator = TestGenerator(seed: 9)
        let (batch, chains) = (6, 5)
        let probabilities = generator.probabilities((batch + chains) * hidden)
        let whole = bytes(
            .bernoulli, probabilities, hidden: hidden,
            StepShare(positive: 0..<batch, of: batch, negative: 0..<chains, of: chains), step: 1)
        let (positive, negative) = (2..<5, 1..<4)
        let chosen = Array(positive) + negative.map { batch + $0 }
        func part<Element>(_ values: [Element]) -> [Element] {
            chosen.flatMap { values[rowRange($0, of: hidden)] }
        }
        let slice = bytes(
            .bernoulli, part(probabilities), hidden: hidden,
            StepShare(positive: positive, of: batch, negative: negative, of: chains), step: 1)
        #expect(slice == part(whole))
    }
}
