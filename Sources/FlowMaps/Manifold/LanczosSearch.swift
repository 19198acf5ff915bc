import Analysis
import RandomStreams

/// The largest eigenvalues of a symmetric map by Lanczos' iteration [Lanczos50], with every new vector made
/// orthogonal to all before it.
///
/// From one vector an eigenvalue that belongs to several eigenvectors would be found once. So where the
/// vectors that were met are mapped among themselves, the search goes on from a vector orthogonal to them.
struct LanczosSearch {
    private let size: Int
    private let known: [[Double]]
    private let seed: UInt64

    /// The residual of an eigenvector at which it counts as found, relative to the largest eigenvalue.
    private static let tolerance = 1e-12
    /// The most vectors.
    private static let mostSteps = 2000
    /// Vectors between two looks at what was found.
    private static let stride = 20

    /// - Parameters:
    ///   - size: Elements of a vector.
    ///   - known: Orthonormal eigenvectors, which are not searched for.
    ///   - seed: Names the random numbers of the start.
    init(size: Int, without known: [[Double]], seed: UInt64) {
        self.size = size
        self.known = known
        self.seed = seed
    }

    /// Finds the largest eigenvalues, in falling order, and their eigenvectors, of norm 1.
    func largest(
        _ count: Int, of map: ([Double]) -> [Double]
    ) throws(DecompositionError) -> (values: [Double], vectors: [[Double]]) {
        var basis: [[Double]] = []
        var (diagonal, beside): ([Double], [Double]) = ([], [])
        var starts = 0
        guard var next = start(&starts, basis) else { return ([], []) }
        let most = min(size - known.count, Self.mostSteps)
        while true {
            basis.append(next)
            var image = map(next)
            diagonal.append(dot(image, next))
            let norm = orthogonalize(&image, basis)
            let scale = diagonal.reduce(0) { max($0, $1.magnitude) }
            if basis.count == most || basis.count % Self.stride == 0 && basis.count >= count {
                let found = try ritz(diagonal, beside)
                let columns = (0..<basis.count).suffix(count)
                let worst = columns.reduce(0.0) {
                    max($0, (norm * found.vectors[basis.count - 1, $1]).magnitude)
                }
                if worst <= Self.tolerance * scale || basis.count == size - known.count {
                    return result(found, columns.reversed(), basis)
                }
                guard basis.count < most else {
                    throw DecompositionError(
                        description: "\(count) eigenvectors of \(size) elements were not found "
                            + "with \(most) vectors")
                }
            }
            if norm > 1e-10 * scale {
                next = image.map { $0 / norm }
                beside.append(norm)
            } else if let other = start(&starts, basis) {
                next = other
                beside.append(0)
            } else {
                let found = try ritz(diagonal, beside)
                return result(found, (0..<basis.count).suffix(count).reversed(), basis)
            }
        }
    }

    private func ritz(
        _ diagonal: [Double], _ beside: [Double]
    ) throws(DecompositionError) -> (values: [Double], vectors: Matrix) {
        try Matrix(rows: diagonal.count, columns: diagonal.count) { row, column in
            row == column
                ? diagonal[row] : (row - column).magnitude == 1 ? beside[min(row, column)] : 0
        }.symmetricEigenvectors()
    }

    private func result(
        _ found: (values: [Double], vectors: Matrix), _ columns: some Sequence<Int>,
        _ basis: [[Double]]
    ) -> (values: [Double], vectors: [[Double]]) {
        let columns = Array(columns)
        let vectors = columns.map { column in
            var vector = [Double](repeating: 0, count: size)
            for (step, direction) in basis.enumerated() {
                add(found.vectors[step, column], times: direction, to: &vector)
            }
            return vector
        }
        return (columns.map { found.values[$0] }, vectors)
    }

    /// A random vector orthogonal to all others; nil where there is none.
    private func start(_ number: inout Int, _ basis: [[Double]]) -> [Double]? {
        guard known.count + basis.count < size else { return nil }
        var words = WordSequence(seed: seed, .factorization(.eigenvectors), row: number)
        number += 1
        var vector = (0..<size).map { _ in Double(words.next()) * 0x1p-31 - 1 }
        let norm = orthogonalize(&vector, basis)
        return vector.map { $0 / norm }
    }

    /// Makes a vector orthogonal to the known ones and the basis, twice, which rounding needs; returns its
    /// norm.
    private func orthogonalize(_ vector: inout [Double], _ basis: [[Double]]) -> Double {
        for _ in 0..<2 {
            for other in known { add(-dot(vector, other), times: other, to: &vector) }
            for other in basis { add(-dot(vector, other), times: other, to: &vector) }
        }
        return dot(vector, vector).squareRoot()
    }

    /// The scalar product, in eight lanes.
    private func dot(_ a: [Double], _ b: [Double]) -> Double {
        let (a, b) = (a.span, b.span)
        var lanes = InlineArray<8, Double>(repeating: 0)
        var start = 0
        while start &+ 8 <= a.count {
            let (x, y) = (a.extracting(start..<(start &+ 8)), b.extracting(start..<(start &+ 8)))
            for lane in 0..<8 { lanes[lane] += x[lane] * y[lane] }
            start &+= 8
        }
        var sum = 0.0
        for i in start..<a.count { sum += a[i] * b[i] }
        for lane in 0..<8 { sum += lanes[lane] }
        return sum
    }

    private func add(_ factor: Double, times other: [Double], to vector: inout [Double]) {
        let other = other.span
        var vector = vector.mutableSpan
        for i in vector.indices { vector[i] += factor * other[i] }
    }
}
