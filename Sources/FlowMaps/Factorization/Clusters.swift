public import Analysis
import RandomStreams

/// Clusters of rows about their means: Lloyd's iterations from starts far apart.
///
/// A start is drawn with a probability proportional to its squared distance from the starts before it
/// [ArthurVassilvitskii07]. Each row then goes to the nearest mean, in turn with the means, until no row
/// moves.
public struct Clusters: Sendable {
    /// The cluster of each row, shape [rows].
    public let labels: [Int]
    /// Shape [clusters, columns].
    public let means: Matrix
    /// Σ of the squared distances between the rows and their means.
    public let inertia: Double

    private static let mostIterations = 300

    /// Returns the best of some restarts.
    ///
    /// - Parameter seed: Names the random numbers.
    /// - Precondition: There are at least as many rows as clusters.
    public static func best(
        of data: Matrix, count: Int, restarts: Int, seed: UInt64
    ) -> Clusters {
        precondition(count >= 1 && data.rows >= count, "\(count) clusters of \(data.rows) rows")
        var best = Clusters(data, count: count, restart: 0, seed: seed)
        for restart in 1..<max(1, restarts) {
            let next = Clusters(data, count: count, restart: restart, seed: seed)
            if next.inertia < best.inertia { best = next }
        }
        return best
    }

    private init(_ data: Matrix, count: Int, restart: Int, seed: UInt64) {
        var words = WordSequence(seed: seed, .factorization(.clusters), row: restart)
        var means = Self.starts(data, count: count, &words)
        var labels = [Int](repeating: -1, count: data.rows)
        var inertia = 0.0
        for _ in 0..<Self.mostIterations {
            let (next, distances) = Self.nearest(data, means)
            inertia = distances.reduce(0, +)
            if next == labels { break }
            labels = next
            means = Self.means(data, labels, count: count, distances: distances)
        }
        self.labels = labels
        self.means = means
        self.inertia = inertia
    }

    private static func starts(
        _ data: Matrix, count: Int, _ words: inout WordSequence
    ) -> Matrix {
        var chosen = [words.next(below: data.rows)]
        var distances = [Double](repeating: .infinity, count: data.rows)
        while chosen.count < count {
            let last = data.rows(chosen[chosen.count - 1]..<chosen[chosen.count - 1] + 1)
            let next = nearest(data, last).distances
            for row in distances.indices { distances[row] = min(distances[row], next[row]) }
            var left = distances.reduce(0, +) * (Double(words.next()) + 0.5) * 0x1p-32
            // Equal rows everywhere: any will do.
            var place = distances.indices.first { !chosen.contains($0) } ?? 0
            for row in distances.indices where distances[row] > 0 {
                place = row
                left -= distances[row]
                if left < 0 { break }
            }
            chosen.append(place)
        }
        return Matrix(
            rows: count, columns: data.columns,
            elements: chosen.flatMap { data.rows($0..<$0 + 1).elements })
    }

    /// The nearest mean of each row, and the square of its distance.
    private static func nearest(
        _ data: Matrix, _ means: Matrix
    ) -> (labels: [Int], distances: [Double]) {
        var labels: [Int] = []
        var distances: [Double] = []
        let lengths = (0..<means.rows).map { means.rows($0..<$0 + 1).squares }
        let parts = RowParts(rows: data.rows)
        for part in 0..<parts.count {
            for block in parts.blocks(of: part) {
                let rows = data.rows(block)
                let products = rows.timesTransposed(means)
                for row in 0..<block.count {
                    var (best, place) = (Double.infinity, 0)
                    for mean in 0..<means.rows {
                        let distance = lengths[mean] - 2 * products[row, mean]
                        if distance < best { (best, place) = (distance, mean) }
                    }
                    labels.append(place)
                    // Not by the difference: equal rows must have the distance 0.
                    distances.append(
                        (0..<data.columns).reduce(0) {
                            let difference = rows[row, $1] - means[place, $1]
                            return $0 + difference * difference
                        })
                }
            }
        }
        return (labels, distances)
    }

    /// The means of clusters; an empty one gets the row that lies farthest from its mean.
    private static func means(
        _ data: Matrix, _ labels: [Int], count: Int, distances: [Double]
    ) -> Matrix {
        var sums = Matrix(zeros: count, data.columns)
        var sizes = [Int](repeating: 0, count: count)
        for (row, label) in labels.enumerated() {
            sizes[label] += 1
            for column in 0..<data.columns { sums[label, column] += data[row, column] }
        }
        var farthest = distances.indices.sorted { distances[$0] > distances[$1] }.makeIterator()
        for cluster in 0..<count {
            if sizes[cluster] > 0 {
                for column in 0..<data.columns { sums[cluster, column] /= Double(sizes[cluster]) }
            } else if let row = farthest.next() {
                for column in 0..<data.columns { sums[cluster, column] = data[row, column] }
            }
        }
        return sums
    }
}
