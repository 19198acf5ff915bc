public import Analysis
import RealModule

/// Coordinates of the vertices of a graph along the smallest eigenvectors of its Laplacian.
public struct Embedding: Sendable {
    /// How eigenvectors become coordinates.
    public enum Method: String, Sendable, CaseIterable {
        /// D^{−½}u of the symmetric Laplacian's eigenvectors u, the first left out [BelkinNiyogi03].
        case eigenmaps
        /// The same of the graph whose weights are evened out, times (1 − λ)ᵗ [CoifmanLafon06].
        case diffusion
    }

    /// The eigenvalues λ, that of the first left out.
    public let values: [Double]
    /// Shape [vertices, dimensions]; each column has its largest element positive.
    public let coordinates: Matrix

    /// - Parameters:
    ///   - dimensions: Fewer than vertices.
    ///   - time: t of diffusion.
    /// - Throws: `DecompositionError` when eigenvectors do not converge.
    public init(
        _ graph: NeighbourGraph, method: Method, dimensions: Int, time: Double, seed: UInt64
    ) throws(DecompositionError) {
        let graph = method == .diffusion ? graph.evenedOut : graph
        let spectrum = try LaplacianSpectrum(of: graph, count: dimensions + 1, seed: seed)
        let values = Array(spectrum.values.dropFirst())
        self.values = values
        let roots = graph.degrees.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
        var coordinates = Matrix(rows: graph.vertices, columns: dimensions) { row, column in
            let factor = method == .diffusion ? Double.pow(max(0, 1 - values[column]), time) : 1
            return factor * roots[row] * spectrum.vectors[row, column + 1]
        }
        for column in 0..<dimensions {
            var largest = 0.0
            for row in 0..<graph.vertices
            where coordinates[row, column].magnitude > largest.magnitude * (1 + 1e-9) {
                largest = coordinates[row, column]
            }
            guard largest < 0 else { continue }
            for row in 0..<graph.vertices { coordinates[row, column] *= -1 }
        }
        self.coordinates = coordinates
    }
}

/// Clusters of the vertices of a graph by its spectrum [NgJordanWeiss01].
public struct SpectralClusters: Sendable {
    public let labels: [Int]
    /// The smallest eigenvalues of the symmetric Laplacian: one more than clusters.
    public let values: [Double]

    /// Clusters the rows of the first eigenvectors, each divided by its norm.
    ///
    /// - Throws: `DecompositionError` when eigenvectors do not converge.
    public init(
        _ graph: NeighbourGraph, count: Int, restarts: Int = 10, seed: UInt64
    ) throws(DecompositionError) {
        let spectrum = try LaplacianSpectrum(
            of: graph, count: min(graph.vertices, count + 1), seed: seed)
        values = spectrum.values
        var rows = spectrum.vectors.leading(columns: count)
        for row in 0..<rows.rows {
            let norm = rows.rows(row..<row + 1).squares.squareRoot()
            guard norm > 0 else { continue }
            for column in 0..<count { rows[row, column] /= norm }
        }
        labels = Clusters.best(of: rows, count: count, restarts: restarts, seed: seed).labels
    }
}
