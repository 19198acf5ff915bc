import Analysis
import Testing

@testable import FlowMaps

@Suite struct SandpileTheoryTests {
    @Test(arguments: [(32, 40.580318), (64, 153.043100), (128, 593.893245)])
    func meanTopplings(size: Int, expected: Double) {
        #expect(abs(SandpileTheory.meanTopplings(size: size) - expected) < 1e-6)
    }

    /// Against the inverse of the Laplacian itself.
    @Test(arguments: [1, 2, 5, 9])
    func meanToppingsByTheInverse(size: Int) throws {
        let sites = size * size
        let laplacian = Matrix(rows: sites, columns: sites) { a, b in
            if a == b { return 4 }
            let apart = abs(a / size - b / size) + abs(a % size - b % size)
            return apart == 1 ? -1 : 0
        }
        let ones = Matrix(column: [Double](repeating: 1, count: sites))
        let solution = try #require(laplacian.solve(ones))
        let mean = solution.elements.reduce(0, +) / Double(sites)
        #expect(abs(SandpileTheory.meanTopplings(size: size) - mean) < 1e-12 * mean)
    }

    @Test func bulkHeights() {
        let expected = [0.0736362, 0.1738999, 0.3062915, 0.4461724]
        for (a, b) in zip(SandpileTheory.bulkHeights, expected) { #expect(abs(a - b) < 5e-7) }
        #expect(abs(SandpileTheory.bulkHeights.reduce(0, +) - 1) < 1e-14)
        let mean = SandpileTheory.bulkHeights.enumerated().reduce(0) {
            $0 + Double($1.offset) * $1.element
        }
        #expect(abs(mean - 17.0 / 8) < 1e-14)
    }
}
