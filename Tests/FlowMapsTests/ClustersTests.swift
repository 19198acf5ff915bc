import Analysis
import Testing
import TestSupport

@testable import FlowMaps

@Suite struct ClustersTests {
    @Test func farGroupsAreFound() {
        var generator = TestGenerator(seed: 411)
        let data = Matrix(rows: 300, columns: 2) { row, column in
            10 * Double(row % 3) * (column == 0 ? 1 : -1)
        }
        var noisy = data
        for row in 0..<300 {
            for column in 0..<2 { noisy[row, column] += 0.5 * generator.normal() }
        }
        let found = Clusters.best(of: noisy, count: 3, restarts: 5, seed: 1)
        for row in 3..<300 { #expect(found.labels[row] == found.labels[row % 3]) }
        #expect(Set(found.labels.prefix(3)).count == 3)
        // Σ of squares about the means, by definition.
        let inertia = (0..<300).reduce(0.0) { sum, row in
            (0..<2).reduce(sum) {
                let difference = noisy[row, $1] - found.means[found.labels[row], $1]
                return $0 + difference * difference
            }
        }
        #expect(abs(inertia - found.inertia) < 1e-9)
        #expect(inertia < 0.5 * 0.5 * 600 * 1.3)
    }

    /// Fewer different rows than clusters leave nothing between rows and means.
    @Test func equalRowsAreNoTrouble() {
        let data = Matrix(rows: 10, columns: 3) { row, _ in row < 5 ? 1 : 2 }
        let found = Clusters.best(of: data, count: 4, restarts: 2, seed: 1)
        #expect(found.inertia == 0)
        #expect(found.labels[0] != found.labels[9])
    }

    @Test func moreRestartsAreNeverWorse() {
        var generator = TestGenerator(seed: 412)
        let data = Matrix(rows: 120, columns: 4) { _, _ in generator.normal() }
        let one = Clusters.best(of: data, count: 7, restarts: 1, seed: 2).inertia
        #expect(Clusters.best(of: data, count: 7, restarts: 8, seed: 2).inertia <= one)
    }
}
