import Analysis
import Foundation
import TestSupport
import Testing

@testable import FlowMaps

@Suite struct LaplacianSpectrumTests {
    private func path(_ vertices: Int) -> NeighbourGraph {
        NeighbourGraph(
            vertices: vertices, edges: (1..<vertices).map { ($0 - 1, $0, 1.0) })
    }

    private func ring(_ vertices: Int) -> NeighbourGraph {
        NeighbourGraph(
            vertices: vertices, edges: (0..<vertices).map { ($0, ($0 + 1) % vertices, 1.0) })
    }

    /// λ_k = 2 − 2cos(πk/n), by LAPACK and by the search.
    @Test(arguments: [1500, 10]) func aPathHasItsEigenvalues(largestDense: Int) throws {
        let found = try LaplacianSpectrum(
            of: path(50), count: largestDense == 10 ? 8 : 50, kind: .plain,
            largestDense: largestDense)
        for (k, value) in found.values.enumerated() {
            let exact = 2 - 2 * cos(Double.pi * Double(k) / 50)
            #expect(abs(value - exact) < 1e-12)
        }
    }

    /// 1 − cos(πk/(n − 1)) of the symmetric Laplacian of a path.
    @Test(arguments: [1500, 10]) func aPathHasItsSymmetricEigenvalues(largestDense: Int) throws {
        let found = try LaplacianSpectrum(of: path(80), count: 6, largestDense: largestDense)
        for (k, value) in found.values.enumerated() {
            let exact = 1 - cos(Double.pi * Double(k) / 79)
            #expect(abs(value - exact) < 1e-12)
        }
    }

    /// Each eigenvector is mapped to its multiple, and all are orthonormal.
    @Test(arguments: [1500, 10]) func vectorsAreThoseOfTheMatrix(largestDense: Int) throws {
        var generator = TestGenerator(seed: 421)
        let edges = (0..<150).map { _ in
            (
                Int.random(in: 0..<60, using: &generator),
                Int.random(in: 0..<60, using: &generator),
                Double.random(in: 0.1...1, using: &generator)
            )
        }
        let graph = NeighbourGraph(vertices: 60, edges: edges)
        for kind in LaplacianSpectrum.Kind.allCases {
            let found = try LaplacianSpectrum(
                of: graph, count: 5, kind: kind, largestDense: largestDense)
            let matrix = Laplacian(graph, kind).matrix
            let images = matrix * found.vectors
            for row in 0..<60 {
                for k in 0..<5 {
                    let multiple = found.values[k] * found.vectors[row, k]
                    #expect(abs(images[row, k] - multiple) < 1e-10)
                }
            }
            let products = found.vectors.transposedTimes(found.vectors)
            for k in 0..<5 {
                for l in 0..<5 { #expect(abs(products[k, l] - (k == l ? 1 : 0)) < 1e-10) }
            }
        }
    }

    /// The number of zeros is that of the components; a vertex without edges is one.
    @Test(arguments: [1500, 10]) func zerosAreComponents(largestDense: Int) throws {
        var edges: [(a: Int, b: Int, weight: Double)] = []
        for vertex in 1..<20 { edges.append((vertex - 1, vertex, 1)) }
        for vertex in 21..<40 { edges.append((vertex - 1, vertex, 2)) }
        let graph = NeighbourGraph(vertices: 41, edges: edges)
        #expect(Set(graph.components) == [0, 1, 2])
        for kind in LaplacianSpectrum.Kind.allCases {
            let found = try LaplacianSpectrum(
                of: graph, count: 5, kind: kind, largestDense: largestDense)
            #expect(found.values.prefix(3).allSatisfy { abs($0) < 1e-12 })
            #expect(found.values[3] > 1e-3)
        }
    }

    /// Each eigenvalue of a ring but the first belongs to two eigenvectors.
    @Test func doubledEigenvaluesAreFoundByLapack() throws {
        let found = try LaplacianSpectrum(of: ring(30), count: 5)
        for (k, turn) in [0, 1, 1, 2, 2].enumerated() {
            let exact = 1 - cos(2 * Double.pi * Double(turn) / 30)
            #expect(abs(found.values[k] - exact) < 1e-12)
        }
    }
}
