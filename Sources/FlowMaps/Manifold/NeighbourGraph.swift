public import Analysis
import RealModule

/// A graph with weights on its edges, the same in both directions, and no edge from a vertex to itself.
public struct NeighbourGraph: Sendable {
    public let vertices: Int
    /// Where the edges of each vertex begin in `ends` and `weights`, and where the last ones end.
    private let starts: [Int]
    private let ends: [Int]
    private let weights: [Double]
    /// The sum of the weights at each vertex.
    public let degrees: [Double]

    /// Makes a graph of edges; edges between the same vertices add up.
    ///
    /// - Parameter edges: Each edge once, in either direction; edges of a vertex with itself are left out.
    public init(vertices: Int, edges: [(a: Int, b: Int, weight: Double)]) {
        self.vertices = vertices
        var both: [(from: Int, to: Int, weight: Double)] = []
        both.reserveCapacity(2 * edges.count)
        for edge in edges where edge.a != edge.b && edge.weight > 0 {
            both.append((edge.a, edge.b, edge.weight))
            both.append((edge.b, edge.a, edge.weight))
        }
        both.sort { ($0.from, $0.to) < ($1.from, $1.to) }
        var (starts, ends, weights): ([Int], [Int], [Double]) = ([], [], [])
        var degrees = [Double](repeating: 0, count: vertices)
        var last = (-1, -1)
        for edge in both {
            if (edge.from, edge.to) == last {
                weights[weights.count - 1] += edge.weight
            } else {
                while starts.count <= edge.from { starts.append(ends.count) }
                ends.append(edge.to)
                weights.append(edge.weight)
                last = (edge.from, edge.to)
            }
            degrees[edge.from] += edge.weight
        }
        while starts.count <= vertices { starts.append(ends.count) }
        (self.starts, self.ends, self.weights) = (starts, ends, weights)
        self.degrees = degrees
    }

    /// Joins each row to its nearest rows.
    ///
    /// An edge has the weight 1, and ½ where only one of the two rows is among the nearest of the other;
    /// with a scale σ that times e^{−d²/2σ²}.
    ///
    /// - Parameters:
    ///   - neighbours: The nearest rows of each, not counting itself.
    ///   - scale: σ; nil for weights that do not depend on the distance d.
    ///   - work: Does the parts of the work: the distances of a part of the rows to all others.
    /// - Precondition: There are more rows than neighbours.
    public static func nearest(
        of data: Matrix, neighbours: Int, scale: Double?, work: PartWork
    ) throws -> NeighbourGraph {
        precondition(data.rows > neighbours, "\(neighbours) neighbours among \(data.rows) rows")
        let parts = RowParts(rows: data.rows)
        let lengths = (0..<data.rows).map { data.rows($0..<$0 + 1).squares }
        // Pairs of a row and its squared distance.
        let found = try gathered(parts, columns: 2 * neighbours, work) { part in
            var elements: [Double] = []
            for block in parts.blocks(of: part) {
                let rows = data.rows(block)
                let products = rows.timesTransposed(data)
                for row in block {
                    elements += nearestRows(
                        row, data, count: neighbours,
                        estimates: (0..<data.rows).map {
                            lengths[$0] - 2 * products[row - block.lowerBound, $0]
                        })
                }
            }
            return Matrix(
                rows: parts.rows(of: part).count, columns: 2 * neighbours, elements: elements)
        }
        var edges: [(a: Int, b: Int, weight: Double)] = []
        for row in 0..<data.rows {
            for place in 0..<neighbours {
                let square = found[row, 2 * place + 1]
                let weight = scale.map { Double.exp(-square / (2 * $0 * $0)) } ?? 1
                edges.append((row, Int(found[row, 2 * place]), weight / 2))
            }
        }
        return NeighbourGraph(vertices: data.rows, edges: edges)
    }

    /// The nearest rows of one, each followed by its squared distance.
    ///
    /// - Parameter estimates: The squared distances to all rows but for a constant, nearly.
    private static func nearestRows(
        _ row: Int, _ data: Matrix, count: Int, estimates: [Double]
    ) -> [Double] {
        // A few more than asked for: estimates may be in another order than distances.
        let most = min(data.rows - 1, count + 8)
        var heap: [(estimate: Double, row: Int)] = []
        for other in estimates.indices where other != row {
            let estimate = estimates[other]
            if heap.count == most, estimate >= heap[most - 1].estimate { continue }
            if heap.count == most { heap.removeLast() }
            var place = heap.count
            while place > 0, heap[place - 1].estimate > estimate { place -= 1 }
            heap.insert((estimate, other), at: place)
        }
        let exact = heap.map { entry -> (square: Double, row: Int) in
            let square = (0..<data.columns).reduce(0.0) {
                let difference = data[row, $1] - data[entry.row, $1]
                return $0 + difference * difference
            }
            return (square, entry.row)
        }.sorted { ($0.square, $0.row) < ($1.square, $1.row) }
        return exact.prefix(count).flatMap { [Double($0.row), $0.square] }
    }

    /// Joins all pairs of rows with the weights e^{−d²/2σ²}.
    public static func gaussian(of data: Matrix, scale: Double) -> NeighbourGraph {
        var edges: [(a: Int, b: Int, weight: Double)] = []
        for row in 0..<data.rows {
            for other in 0..<row {
                let square = (0..<data.columns).reduce(0.0) {
                    let difference = data[row, $1] - data[other, $1]
                    return $0 + difference * difference
                }
                edges.append((row, other, Double.exp(-square / (2 * scale * scale))))
            }
        }
        return NeighbourGraph(vertices: data.rows, edges: edges)
    }

    /// Returns the sum over the edges of a vertex of their weights times the values at their other ends.
    func sum(at vertex: Int, of values: [Double]) -> Double {
        var sum = 0.0
        for edge in starts[vertex]..<starts[vertex + 1] {
            sum += weights[edge] * values[ends[edge]]
        }
        return sum
    }

    /// The graph with each weight divided by the degrees of both ends, which evens out how densely the
    /// rows were drawn [CoifmanLafon06].
    public var evenedOut: NeighbourGraph {
        var edges: [(a: Int, b: Int, weight: Double)] = []
        for vertex in 0..<vertices {
            for edge in starts[vertex]..<starts[vertex + 1] where ends[edge] < vertex {
                edges.append(
                    (vertex, ends[edge], weights[edge] / (degrees[vertex] * degrees[ends[edge]])))
            }
        }
        return NeighbourGraph(vertices: vertices, edges: edges)
    }

    /// The edges, each once.
    public var edgeCount: Int { ends.count / 2 }

    /// The number of the connected component of each vertex, from 0 in the order of first vertices.
    public var components: [Int] {
        var numbers = [Int](repeating: -1, count: vertices)
        var count = 0
        for first in 0..<vertices where numbers[first] < 0 {
            var open = [first]
            numbers[first] = count
            while let vertex = open.popLast() {
                for edge in starts[vertex]..<starts[vertex + 1] where numbers[ends[edge]] < 0 {
                    numbers[ends[edge]] = count
                    open.append(ends[edge])
                }
            }
            count += 1
        }
        return numbers
    }

    /// The adjacency matrix.
    var matrix: Matrix {
        var matrix = Matrix(zeros: vertices, vertices)
        for vertex in 0..<vertices {
            for edge in starts[vertex]..<starts[vertex + 1] {
                matrix[vertex, ends[edge]] = weights[edge]
            }
        }
        return matrix
    }
}
