import Testing

@testable import Scaling

struct NonnegativeFitTests {
    @Test func exactCoefficientsAreFoundAgain() {
        let rows = [[1.0, 2e6, 3], [4, 5e6, 1], [2, 1e6, 7], [9, 3e6, 2]]
        let known = [0.5, 2e-6, 0.25]
        let values = rows.map { row in zip(row, known).reduce(0) { $0 + $1.0 * $1.1 } }
        for (found, wanted) in zip(nonnegativeFit(rows, to: values), known) {
            #expect(abs(found - wanted) < 1e-9 * wanted)
        }
    }

    @Test func noCoefficientIsBelowZero() {
        // The line through both points falls; the best that does not is a constant.
        let found = nonnegativeFit([[1, 0], [1, 1]], to: [2, 1])
        #expect(found[1] == 0)
        // Σ (1 − c/y)² is least at c = Σ 1/y / Σ 1/y².
        #expect(abs(found[0] - 1.5 / 1.25) < 1e-12)
    }

    @Test func equalFeaturesAreNotTakenTogether() {
        let found = nonnegativeFit([[2, 2], [3, 3]], to: [4, 6])
        #expect(found.sorted() == [0, 2])
    }
}
