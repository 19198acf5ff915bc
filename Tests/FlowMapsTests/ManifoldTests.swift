import Analysis
import Foundation
import TestSupport
import Testing

@testable import FlowMaps

@Suite struct ManifoldTests {
    /// Two half circles that hold each other.
    private func moons(
        _ count: Int, noise: Double, _ generator: inout TestGenerator
    ) -> (data: Matrix, labels: [Int]) {
        let labels = (0..<count).map { $0 % 2 }
        var elements: [Double] = []
        for label in labels {
            let angle = Double.random(in: 0...Double.pi, using: &generator)
            let x: Double = label == 0 ? cos(angle) : 1 - cos(angle)
            let y: Double = label == 0 ? sin(angle) : 0.5 - sin(angle)
            elements.append(x + noise * generator.normal())
            elements.append(y + noise * generator.normal())
        }
        return (Matrix(rows: count, columns: 2, elements: elements), labels)
    }

    @Test func twoMoonsAreTold() throws {
        var generator = TestGenerator(seed: 431)
        for seed in 1...5 {
            let (data, labels) = moons(300, noise: 0.05, &generator)
            let found = try SpectralClusters(
                NeighbourGraph.gaussian(of: data, scale: 0.1), count: 2, seed: UInt64(seed))
            #expect(adjustedRandIndex(found.labels, labels) == 1)
            // Means alone cannot tell them.
            let means = Clusters.best(of: data, count: 2, restarts: 10, seed: 1).labels
            #expect(adjustedRandIndex(means, labels) < 0.5)
        }
    }

    @Test func neighboursAreTheNearest() throws {
        var generator = TestGenerator(seed: 432)
        let data = Matrix(rows: 300, columns: 5) { _, _ in generator.normal() }
        let graph = try NeighbourGraph.nearest(
            of: data, neighbours: 6, scale: nil, work: inOneProcess)
        func distance(_ a: Int, _ b: Int) -> Double {
            var sum = 0.0
            for column in 0..<5 {
                let difference = data[a, column] - data[b, column]
                sum += difference * difference
            }
            return sum
        }
        let nearest = (0..<300).map { row in
            Set(
                (0..<300).filter { $0 != row }.sorted { distance(row, $0) < distance(row, $1) }
                    .prefix(6))
        }
        let matrix = graph.matrix
        for a in 0..<300 {
            for b in 0..<300 {
                let count = [nearest[a].contains(b), nearest[b].contains(a)].count { $0 }
                #expect(matrix[a, b] == 0.5 * Double(count))
            }
        }
    }

    /// With a label for each moon, least squares and support vector machines are better along the graph
    /// than without it.
    @Test(arguments: [(false, 433), (true, 437)] as [(Bool, UInt64)])
    func oneLabelAMoonIsEnough(machines: Bool, seed: UInt64) throws {
        var generator = TestGenerator(seed: seed)
        for _ in 0..<3 {
            let (data, classes) = moons(200, noise: 0.05, &generator)
            let labels = classes.indices.map { $0 < 2 ? classes[$0] : nil }
            let graph = try NeighbourGraph.nearest(
                of: data, neighbours: 8, scale: nil, work: inOneProcess)
            func found(_ intrinsic: Double) throws -> [Int] {
                guard machines else {
                    return try #require(
                        LaplacianRegression(
                            data, labels: labels, graph: graph, ambient: 1e-6,
                            intrinsic: intrinsic, scale: 0.3)
                    ).labels
                }
                let found = try #require(
                    LaplacianMachine(
                        data, labels: labels, graph: graph, ambient: 1e-6, intrinsic: intrinsic,
                        scale: 0.3))
                #expect(found.gap <= 1e-10)
                return found.labels
            }
            func errors(_ intrinsic: Double) throws -> Int {
                zip(try found(intrinsic), classes).count { $0 != $1 }
            }
            let (with, without) = (try errors(1), try errors(0))
            #expect(with < without && with <= 4, "\(with) errors, \(without) without the graph")
        }
    }

    /// No change of a coefficient lowers what the machine minimizes, and some rows are supports.
    @Test func machinesAreTheMinimum() throws {
        var generator = TestGenerator(seed: 438)
        let (data, classes) = moons(30, noise: 0.05, &generator)
        let graph = try NeighbourGraph.nearest(
            of: data, neighbours: 4, scale: nil, work: inOneProcess)
        let labels = classes.indices.map { $0 < 6 ? classes[$0] : nil }
        let (ambient, intrinsic) = (0.05, 0.5)
        let found = try #require(
            LaplacianMachine(
                data, labels: labels, graph: graph, ambient: ambient, intrinsic: intrinsic,
                scale: 0.5))
        #expect(found.supports > 0)
        let kernel = gaussianKernel(data, scale: 0.5)
        let laplacian = Laplacian(graph, .plain).matrix
        let first = found.weights.leading(columns: 1)
        func cost(_ weights: Matrix) -> Double {
            let f = kernel * weights
            var sum = 0.0
            for row in 0..<6 {
                sum += max(0, 1 - (classes[row] == 0 ? 1.0 : -1) * f[row, 0]) / 6
            }
            return sum + ambient * weights.dot(f) + intrinsic / 900 * f.dot(laplacian * f)
        }
        let best = cost(first)
        for row in 0..<30 {
            for step in [-0.1, -1e-2, 1e-2, 0.1] {
                var other = first
                other[row, 0] += step
                #expect(cost(other) > best - 1e-9)
            }
        }
    }

    /// Any change of a coefficient raises what is minimized.
    @Test func regressionIsTheMinimum() throws {
        var generator = TestGenerator(seed: 434)
        let (data, classes) = moons(30, noise: 0.05, &generator)
        let graph = try NeighbourGraph.nearest(
            of: data, neighbours: 4, scale: nil, work: inOneProcess)
        let labels = classes.indices.map { $0 < 6 ? classes[$0] : nil }
        let (ambient, intrinsic) = (0.01, 0.5)
        let found = try #require(
            LaplacianRegression(
                data, labels: labels, graph: graph, ambient: ambient, intrinsic: intrinsic,
                scale: 0.5))
        let kernel = Matrix(rows: 30, columns: 30) { a, b in
            let (x, y) = (data[a, 0] - data[b, 0], data[a, 1] - data[b, 1])
            return exp(-(x * x + y * y) / 0.5)
        }
        let laplacian = Laplacian(graph, .plain).matrix
        func cost(_ weights: Matrix) -> Double {
            let f = kernel * weights
            var sum = 0.0
            for row in 0..<6 {
                let target = classes[row] == 0 ? 1.0 : -1
                sum += (target - f[row, 0]) * (target - f[row, 0]) / 6
            }
            let norm = weights.dot(kernel * weights)
            let smooth = f.dot(laplacian * f)
            return sum + ambient * norm + intrinsic / 900 * smooth
        }
        var first = found.weights.leading(columns: 1)
        let best = cost(first)
        for row in 0..<30 {
            for step in [-1e-3, 1e-3] {
                first[row, 0] += step
                #expect(cost(first) > best)
                first[row, 0] -= step
            }
        }
    }

    /// Points on a line keep their order, and diffusion shrinks coordinates by its eigenvalues.
    @Test func aLineKeepsItsOrder() throws {
        let data = Matrix(rows: 60, columns: 2) { row, column in
            Double(row) * (column == 0 ? 1 : 0.5)
        }
        let graph = try NeighbourGraph.nearest(
            of: data, neighbours: 2, scale: nil, work: inOneProcess)
        let found = try Embedding(graph, method: .eigenmaps, dimensions: 2, time: 1, seed: 1)
        let first = (0..<60).map { found.coordinates[$0, 0] }
        #expect(first == first.sorted() || first == first.sorted(by: >))
        let (now, later) = (
            try Embedding(graph, method: .diffusion, dimensions: 2, time: 0, seed: 1),
            try Embedding(graph, method: .diffusion, dimensions: 2, time: 3, seed: 1)
        )
        for column in 0..<2 {
            let factor = pow(1 - now.values[column], 3)
            for row in 0..<60 {
                let expected = factor * now.coordinates[row, column]
                #expect(abs(later.coordinates[row, column] - expected) < 1e-12)
            }
        }
    }

    @Test func theRandIndexIsCorrectedForChance() {
        #expect(adjustedRandIndex([0, 0, 1, 1], [1, 1, 0, 0]) == 1)
        // The example of Hubert and Arabie's formula by hand: pairs 1, of 2 and 3, of 10.
        let index = adjustedRandIndex([0, 0, 1, 1, 2], [0, 0, 0, 1, 2])
        #expect(abs(index - (1 - 0.6) / (2.5 - 0.6)) < 1e-12)
        var generator = TestGenerator(seed: 435)
        let mean = (0..<200).reduce(0.0) { sum, _ in
            let labels = (0..<2).map { _ in
                (0..<100).map { _ in Int.random(in: 0..<4, using: &generator) }
            }
            return sum + adjustedRandIndex(labels[0], labels[1]) / 200
        }
        // Each has a deviation of about 0.015: the mean of 200 is within 0.005.
        #expect(abs(mean) < 0.005)
    }
}
