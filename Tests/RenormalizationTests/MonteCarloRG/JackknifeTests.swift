import Ising
import Testing

@testable import Renormalization

struct JackknifeTests {
    @Test func aMeanHasTheErrorOfTheMean() {
        let values = [1.0, 4, 2, 8, 5, 7]
        let estimate = Jackknife.estimates(values.map { [1, $0] }) { [$0[1] / $0[0]] }[0]
        let mean = values.reduce(0, +) / 6
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5
        #expect(abs(estimate.mean - mean) < 1e-14)
        #expect(abs(estimate.error - (variance / 6).squareRoot()) < 1e-14)
    }

    @Test func theBiasOfASquareIsRemoved() {
        // The square of a mean is too large by variance/n; the jackknife removes exactly that.
        let values = [1.0, 4, 2, 8, 5, 7]
        let estimate = Jackknife.estimates(values.map { [1, $0] }) {
            [($0[1] / $0[0]) * ($0[1] / $0[0])]
        }[0]
        let mean = values.reduce(0, +) / 6
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5
        #expect(abs(estimate.mean - (mean * mean - variance / 6)) < 1e-12)
    }

    @Test func oneBinTellsNoError() {
        let estimate = Jackknife.estimates([[2, 6]]) { [$0[1] / $0[0]] }[0]
        #expect(estimate.mean == 3)
        #expect(estimate.error.isNaN)
    }
}
