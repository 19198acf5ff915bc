import RBMCore
import TestSupport
import Testing

@testable import Runs

@Suite struct MixingReportTests {
    private func measures(
        _ energies: [[Double]], _ rows: [[Double]]
    ) -> StartMeasures {
        var sums = ColumnSums(columns: rows[0].count)
        for row in rows { sums.add(row) }
        return StartMeasures(
            energies: energies, means: rows.map { $0.reduce(0, +) / Double($0.count) },
            spacing: 2, values: sums)
    }

    /// Two starts of four chains by hand: means ¼ and ¾, the variance of all is ¼.
    @Test func deviationsAreThoseOfTheDefinition() {
        let a = [[0.0, 1], [0, 1], [0, 1], [1, 1]]
        let b = [[1.0, 1], [1, 1], [1, 1], [0, 1]]
        let energies = [[-3.0, -1], [-2, -2], [-1, -3], [-2, -2]]
        let others = energies.map { $0.map { $0 - 10 } }
        let report = MixingReport(
            noise: measures(energies, a), data: measures(others, b), chains: 4, sweeps: 8,
            areSpins: false)
        // The second unit never changes. (½)²/(¼·2/4) = 2.
        #expect(abs(report.unitMeansDeviation - 2) < 1e-6)
        #expect(report.freeEnergyNoise == -2 && report.freeEnergyData == -12)
        // Every chain has the same mean: the difference is beyond all errors.
        #expect(report.freeEnergyDeviation == .infinity && !report.mixed)
        #expect(report.absMagnetizationNoise == nil && report.shareUpData == nil)
    }

    /// Chains of one distribution deviate by 1 in the mean, and are found mixed; a shift of the energy is
    /// seen.
    @Test func independentDrawsHaveMixed() {
        var generator = TestGenerator(seed: 140)
        func draw(_ shift: Double) -> StartMeasures {
            measures(
                (0..<50).map { _ in (0..<100).map { _ in generator.normal() + shift } },
                (0..<50).map { _ in (0..<200).map { _ in generator.normal() > 0.5 ? 1 : -1 } })
        }
        let report = MixingReport(
            noise: draw(0), data: draw(0), chains: 50, sweeps: 400, areSpins: true)
        #expect(report.mixed)
        #expect(abs(report.unitMeansDeviation - 1) < 4 * (2.0 / 200).squareRoot())
        // Independent entries have a time of ½, of two sweeps each.
        #expect(abs((report.autocorrelationTimeNoise ?? 0) - 1) < 0.2)
        #expect(report.shareUpNoise == 0)
        let apart = MixingReport(
            noise: draw(0), data: draw(0.1), chains: 50, sweeps: 400, areSpins: true)
        #expect(!apart.mixed && apart.freeEnergyDeviation > 3)
    }

    /// A chain that stays where it was for the whole run has no time.
    @Test func chainsThatStayAreNotMixed() {
        var generator = TestGenerator(seed: 141)
        func draw() -> StartMeasures {
            measures(
                (0..<50).map { _ in [Double](repeating: generator.normal(), count: 100) },
                (0..<50).map { _ in (0..<20).map { _ in generator.normal() > 0 ? 1 : -1 } })
        }
        let report = MixingReport(
            noise: draw(), data: draw(), chains: 50, sweeps: 400, areSpins: true)
        #expect(report.autocorrelationTimeData == nil && !report.mixed)
    }
}
