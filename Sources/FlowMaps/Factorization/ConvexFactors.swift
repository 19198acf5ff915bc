public import Analysis
import RandomStreams

/// Factors whose archetypes are combinations of the data: X ≈ G WᵀX with G, W ≥ 0, by the updates of Ding,
/// Li and Jordan [Ding10].
///
/// With A = XXᵀ = A⁺ − A⁻, G ← G∘√((A⁺W + G WᵀA⁻W)/(A⁻W + G WᵀA⁺W)), and then
/// W ← W∘√((A⁺G + A⁻W GᵀG)/(A⁻G + A⁺W GᵀG)). Neither raises ‖X − GWᵀX‖².
public struct ConvexFactors {
    private let data: Matrix
    private let parts: RowParts
    private let rank: Int
    private let squares: Double
    /// A⁺ and A⁻ of the rows of this process's parts; nil for parts that it has not met.
    private var pairs: [(positive: Matrix, negative: Matrix)?]
    /// G, shape [rows, k].
    private var coordinates: Matrix
    /// W, shape [rows, k].
    private var mixture: Matrix

    /// The most rows: all pairs of them are kept.
    public static let mostRows = 8192

    /// Starts from the means of clusters, as [Ding10] advise.
    ///
    /// - Parameter seed: Names the random numbers of the clusters.
    public init(_ data: Matrix, rank: Int, seed: UInt64) {
        precondition(data.rows <= Self.mostRows, "\(data.rows) rows of pairs")
        self.data = data
        self.rank = rank
        parts = RowParts(rows: data.rows)
        squares = data.squares
        pairs = Array(repeating: nil, count: parts.count)
        let labels = Clusters.best(of: data, count: rank, restarts: 1, seed: seed).labels
        var start = Matrix(rows: data.rows, columns: rank) { labels[$0] == $1 ? 1.2 : 0.2 }
        coordinates = start
        let sizes = (0..<rank).map { cluster in labels.count { $0 == cluster } }
        for row in 0..<start.rows {
            for column in 0..<rank { start[row, column] /= Double(max(1, sizes[column])) }
        }
        mixture = start
    }

    /// Iterates until nothing is gained.
    ///
    /// - Parameters:
    ///   - work: Does the parts of the work.
    ///   - progress: Is told the iterations that are done, and the loss as a share of ‖X‖².
    public mutating func run(
        until stop: Factorization.Stop, work: PartWork,
        progress: (Int, Double) -> Void = { _, _ in }
    ) throws -> Factorization {
        var losses: [Double] = []
        while true {
            // A±W, of which the loss needs the difference too.
            let sides = try products(with: mixture, work)
            let (upper, lower) = (
                mixture.transposedTimes(sides.positive), mixture.transposedTimes(sides.negative)
            )
            let inner = coordinates.transposedTimes(coordinates)
            losses.append(
                squares - 2 * (coordinates.dot(sides.positive) - coordinates.dot(sides.negative))
                    + inner.dot(upper) - inner.dot(lower))
            progress(losses.count - 1, losses[losses.count - 1] / squares)
            if stop.isReached(losses, squares) { break }
            coordinates.scale(
                by: sides.positive, plus: coordinates * lower,
                over: sides.negative, plus: coordinates * upper)
            let other = try products(with: coordinates, work)
            let square = coordinates.transposedTimes(coordinates)
            mixture.scale(
                by: other.positive, plus: sides.negative * square,
                over: other.negative, plus: sides.positive * square)
        }
        return Factorization(
            kind: .convex, archetypes: mixture.transposedTimes(data), coordinates: coordinates,
            losses: losses, squares: squares, mixture: mixture, anchors: [])
    }

    /// A⁺M and A⁻M.
    private mutating func products(
        with factor: Matrix, _ work: PartWork
    ) throws -> (positive: Matrix, negative: Matrix) {
        let (parts, data) = (parts, data)
        var own = pairs
        var results = [(positive: Matrix, negative: Matrix)?](repeating: nil, count: parts.count)
        func result(_ part: Int) -> (positive: Matrix, negative: Matrix) {
            if let known = results[part] { return known }
            let pair = own[part] ?? Self.pairs(data, parts, part)
            own[part] = pair
            let first = parts.rows(of: part).lowerBound
            var positive = Matrix(zeros: pair.positive.rows, factor.columns)
            var negative = positive
            for block in parts.blocks(of: part) {
                let place = block.lowerBound - first..<block.upperBound - first
                positive.replace(rows: place, with: pair.positive.rows(place) * factor)
                negative.replace(rows: place, with: pair.negative.rows(place) * factor)
            }
            results[part] = (positive, negative)
            return (positive, negative)
        }
        let positive = try gathered(parts, columns: rank, work) { result($0).positive }
        let negative = try gathered(parts, columns: rank, work) { result($0).negative }
        pairs = own
        return (positive, negative)
    }

    private static func pairs(
        _ data: Matrix, _ parts: RowParts, _ part: Int
    ) -> (positive: Matrix, negative: Matrix) {
        var elements: [Double] = []
        for block in parts.blocks(of: part) {
            elements += data.rows(block).timesTransposed(data).elements
        }
        let rows = parts.rows(of: part).count
        return (
            Matrix(rows: rows, columns: data.rows, elements: elements.map { max(0, $0) }),
            Matrix(rows: rows, columns: data.rows, elements: elements.map { max(0, -$0) })
        )
    }
}

extension Matrix {
    /// Multiplies each element by √((a + b)/(c + d)) of the same place, where that is a number.
    fileprivate mutating func scale(
        by a: Matrix, plus b: Matrix, over c: Matrix, plus d: Matrix
    ) {
        self = Matrix(
            rows: rows, columns: columns,
            elements: elements.indices.map { place in
                let below = c.elements[place] + d.elements[place]
                guard below > 0 else { return elements[place] }
                let ratio = (a.elements[place] + b.elements[place]) / below
                return elements[place] * ratio.squareRoot()
            })
    }
}
