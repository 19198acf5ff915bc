import RBMCore
import TestSupport
import Testing

@testable import DistributedTraining

@Suite struct OverlapDataTests {
    /// Cases all 0 or all 1, half and half.
    private let data = OverlapData(
        (0..<40).flatMap { row in [UInt8](repeating: UInt8(row % 2), count: 12) },
        kind: .bernoulli, encoding: .bits, columns: 12)

    private func deviations(_ chains: [[Float]]) -> (means: Double, structure: Double) {
        let sums = data.overlaps(
            of: chains.flatMap { $0 }, from: 0..<chains.count, kind: .bernoulli)
        let found = data.deviations(sums.map(\.value), chains: chains.count)
        return (found.means ?? .nan, found.structure ?? .nan)
    }

    @Test func chainsLikeTheDataDeviateByChanceOnly() {
        let (means, structure) = deviations(
            (0..<40).map { [Float](repeating: Float($0 % 2), count: 12) })
        #expect(abs(means) < 0.06 && abs(structure) < 0.06)
    }

    /// All in one mode: the mean is off by ½ in each unit, whose variance is ¼.
    @Test func chainsInOneModeHaveOtherMeans() {
        let (means, structure) = deviations((0..<40).map { _ in [Float](repeating: 1, count: 12) })
        #expect(abs(means - 1) < 0.06)
        // The covariances about the mean of the data are as large.
        #expect(abs(structure) < 0.06)
    }

    /// Independent units: the right means, and no correlations.
    @Test func chainsWithoutCorrelationsLackStructure() {
        var generator = TestGenerator(seed: 150)
        let (means, structure) = deviations(
            (0..<60).map { _ in generator.bytes(12, .bits).map { Float($0) } })
        #expect(abs(means) < 0.06)
        // 11/12 of the data's squares are those of pairs of different units.
        #expect(abs(structure - 11.0 / 12) < 0.06)
    }

    /// Shares of the chains on several ranks add up to all.
    @Test func chainsMayBeSharedOut() {
        var generator = TestGenerator(seed: 151)
        let chains = (0..<(30 * 12)).map { _ in Float(generator.normal()) }
        let whole = data.overlaps(of: chains, from: 0..<30, kind: .bernoulli).map(\.units)
        let parts = [0..<11, 11..<11, 11..<30].map {
            data.overlaps(of: chains, from: $0, kind: .bernoulli).map(\.units)
        }
        #expect((0..<4).map { i in parts.reduce(0) { $0 + $1[i] } } == whole)
    }

    /// A case of factor 0 is none, and one of factor 2 is two in all but pairs with itself.
    @Test func casesCountByTheirFactors() {
        var generator = TestGenerator(seed: 152)
        let rows = (0..<3).map { _ in generator.bytes(12, .bits) }
        let chains = (0..<(5 * 12)).map { _ in Float(generator.normal()) }
        func data(_ rows: [[UInt8]], _ factors: [Double]? = nil) -> OverlapData {
            OverlapData(
                rows.flatMap { $0 }, factors: factors, kind: .spin, encoding: .bits, columns: 12)
        }
        func sums(_ data: OverlapData) -> [Double] {
            data.overlaps(of: chains, from: 0..<5, kind: .spin).map(\.value)
        }
        func close(_ a: Double?, _ b: Double?) -> Bool {
            a.flatMap { a in b.map { abs(a - $0) < 1e-5 * max(1, abs($0)) } } ?? false
        }
        let (part, without) = (data(rows, [1.5, 1.5, 0]), data(Array(rows[..<2])))
        let (found, exact) = (
            part.deviations(sums(part), chains: 5), without.deviations(sums(without), chains: 5)
        )
        #expect(close(found.means, exact.means) && close(found.structure, exact.structure))
        #expect(close(part.shareUp, without.shareUp))

        let weighed = data(rows, [1.5, 0.75, 0.75])
        let repeated = data([rows[0], rows[0], rows[1], rows[2]])
        #expect(close(weighed.shareUp, repeated.shareUp))
        // Sums over cases: 3 here, 4 there.
        for (sum, other) in zip(sums(weighed), sums(repeated)).prefix(2) {
            #expect(abs(sum / 3 - other / 4) < 1e-5)
        }
    }

    @Test func constantCasesTellNothing() {
        let constant = OverlapData(
            [UInt8](repeating: 1, count: 24), kind: .bernoulli, encoding: .bits, columns: 12)
        let sums = constant.overlaps(
            of: [Float](repeating: 1, count: 36), from: 0..<3, kind: .bernoulli)
        #expect(constant.deviations(sums.map(\.value), chains: 3).means == nil)
    }
}
