public import Analysis
import RandomStreams

/// The smallest eigenvalues of a graph's Laplacian, with their eigenvectors.
public struct LaplacianSpectrum: Sendable {
    /// Which Laplacian.
    public enum Kind: String, Sendable, CaseIterable {
        /// D − A, with the degrees D and the weights A.
        case plain
        /// 1 − D^{−½}AD^{−½}.
        case symmetric
    }

    /// In rising order; as many of the first ones are 0 as the graph has connected components.
    public let values: [Double]
    /// A column for each value, of norm 1, shape [vertices, values].
    public let vectors: Matrix

    /// Graphs up to this size are solved by LAPACK, whole.
    public static let largestDense = 1500

    /// Finds the smallest eigenvalues.
    ///
    /// - Parameters:
    ///   - count: How many, at most as many as vertices.
    ///   - seed: Names the random numbers of the start, for graphs that are too large for LAPACK.
    /// - Throws: `DecompositionError` when they do not converge.
    public init(
        of graph: NeighbourGraph, count: Int, kind: Kind = .symmetric, seed: UInt64 = 1,
        largestDense: Int = Self.largestDense
    ) throws(DecompositionError) {
        let laplacian = Laplacian(graph, kind)
        guard graph.vertices > largestDense else {
            let all = try laplacian.matrix.symmetricEigenvectors()
            values = Array(all.values.prefix(count))
            vectors = all.vectors.leading(columns: count)
            return
        }
        // The kernel is known: it lies in the connected components, which a search from one vector
        // cannot tell apart.
        let kernel = laplacian.kernel
        let few = Array(kernel.prefix(count))
        var (values, columns) = ([Double](repeating: 0, count: few.count), few)
        if few.count < count {
            let search = LanczosSearch(size: graph.vertices, without: kernel, seed: seed)
            let found = try search.largest(count - few.count) { laplacian.turned($0) }
            values += found.values.map { laplacian.bound - $0 }
            columns += found.vectors
        }
        self.values = values
        vectors = Matrix(rows: graph.vertices, columns: count) { columns[$1][$0] }
    }
}

/// A Laplacian as a matrix, and as a map of vectors.
struct Laplacian {
    private let graph: NeighbourGraph
    private let kind: LaplacianSpectrum.Kind
    /// D^{−½}, and 0 for a vertex without edges.
    private let roots: [Double]
    /// No eigenvalue exceeds it.
    let bound: Double

    init(_ graph: NeighbourGraph, _ kind: LaplacianSpectrum.Kind) {
        self.graph = graph
        self.kind = kind
        roots = graph.degrees.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
        bound = kind == .plain ? 2 * (graph.degrees.max() ?? 0) : 2
    }

    var matrix: Matrix {
        var matrix = graph.matrix
        for row in 0..<matrix.rows {
            for column in 0..<matrix.columns {
                matrix[row, column] *= kind == .plain ? -1 : -roots[row] * roots[column]
            }
            matrix[row, row] = kind == .plain ? graph.degrees[row] : roots[row] > 0 ? 1 : 0
        }
        return matrix
    }

    /// Returns `bound` times a vector minus the Laplacian's image of it.
    func turned(_ vector: [Double]) -> [Double] {
        switch kind {
        case .plain:
            vector.indices.map {
                (bound - graph.degrees[$0]) * vector[$0] + graph.sum(at: $0, of: vector)
            }
        case .symmetric:
            symmetric(vector)
        }
    }

    private func symmetric(_ vector: [Double]) -> [Double] {
        let scaled = zip(vector, roots).map { $0 * $1 }
        return vector.indices.map {
            (roots[$0] > 0 ? 1 : 2) * vector[$0] + roots[$0] * graph.sum(at: $0, of: scaled)
        }
    }

    /// Orthonormal vectors that the Laplacian maps to 0: one for each connected component.
    var kernel: [[Double]] {
        let components = graph.components
        var vectors = [[Double]](
            repeating: Array(repeating: 0, count: graph.vertices),
            count: (components.max() ?? -1) + 1)
        for (vertex, component) in components.enumerated() {
            let degree = graph.degrees[vertex]
            vectors[component][vertex] =
                kind == .plain || degree == 0 ? 1 : degree.squareRoot()
        }
        return vectors.map { vector in
            let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { $0 / norm }
        }
    }
}
