public import Analysis
import RandomStreams

/// Factors that coordinate descent finds: non-negative ones, and ones whose archetypes may have any sign.
///
/// An iteration moves the coordinates of each row and then the archetypes, none of which raises
/// ‖X − GH‖². Semi factors take the archetypes that are best for their coordinates.
public struct LeastSquaresFactors {
    private let data: Matrix
    private let parts: RowParts
    private let rank: Int
    private let isSemi: Bool
    private let squares: Double
    /// Right for the rows of this process's parts.
    private var coordinates: [Matrix?]
    private var archetypes: Matrix
    private var losses: [Double] = []

    /// Draws the start.
    ///
    /// Elements are uniform, and as large as makes GH as large as X on average.
    ///
    /// - Parameters:
    ///   - isSemi: Whether archetypes may have any sign.
    ///   - seed: Names the random numbers.
    /// - Precondition: `rank` is positive, and the data are not negative unless `isSemi`.
    public init(_ data: Matrix, rank: Int, isSemi: Bool, seed: UInt64) {
        precondition(
            isSemi || data.elements.allSatisfy { $0 >= 0 },
            "negative data for non-negative factors")
        self.data = data
        self.rank = rank
        self.isSemi = isSemi
        parts = RowParts(rows: data.rows)
        squares = data.squares
        let mean =
            data.elements.reduce(0) { $0 + $1.magnitude } / Double(max(1, data.elements.count))
        let scale = 2 * (mean / Double(rank)).squareRoot()
        func uniform(_ slot: Purpose.Factorization, _ row: Int, _ count: Int) -> [Double] {
            var words = WordSequence(seed: seed, .factorization(slot), row: row)
            return (0..<count).map { _ in scale * (Double(words.next()) + 0.5) * 0x1p-32 }
        }
        coordinates = (0..<parts.count).map { [parts] part in
            Matrix(
                rows: parts.rows(of: part).count, columns: rank,
                elements: parts.rows(of: part).flatMap { uniform(.coordinates, $0, rank) })
        }
        archetypes = Matrix(
            rows: rank, columns: data.columns,
            elements: (0..<rank).flatMap { uniform(.archetypes, $0, data.columns) })
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
        losses = []
        while !stop.isReached(losses, squares) {
            try iterate(work)
            progress(losses.count - 1, (losses.last ?? 0) / squares)
        }
        let found = try coordinates(work)
        return Factorization(
            kind: isSemi ? .semi : .plain, archetypes: archetypes, coordinates: found,
            losses: losses, squares: squares, mixture: nil, anchors: [])
    }

    /// Moves both factors once; the first call also notes the loss of the start.
    private mutating func iterate(_ work: PartWork) throws {
        if losses.isEmpty { try sum(work, moves: false) }
        try sum(work, moves: true)
    }

    /// Moves the coordinates, sums what the archetypes need, moves them and notes the loss.
    private mutating func sum(_ work: PartWork, moves: Bool) throws {
        let gram = archetypes.timesTransposed(archetypes)
        let (data, parts, rank, archetypes) = (data, parts, rank, archetypes)
        var own = coordinates
        let width = rank * (data.columns + rank)
        let sums = try work(parts.count, width) { part in
            let descent = CoordinateDescent(gram: gram)
            var products = Matrix(zeros: rank, data.columns)
            var squares = Matrix(zeros: rank, rank)
            let first = parts.rows(of: part).lowerBound
            var coordinates = own[part] ?? Matrix(zeros: 0, rank)
            for block in parts.blocks(of: part) {
                let values = data.rows(block)
                let place = block.lowerBound - first..<block.upperBound - first
                var rows = coordinates.rows(place)
                if moves { descent.sweep(&rows, products: values.timesTransposed(archetypes)) }
                products.addTransposed(rows, times: values)
                squares.addTransposed(rows, times: rows)
                coordinates.replace(rows: place, with: rows)
            }
            own[part] = coordinates
            return products.elements + squares.elements
        }
        coordinates = own
        let total = RowParts.total(sums, parts: parts.count)
        let products = Matrix(
            rows: rank, columns: data.columns, elements: Array(total[..<(rank * data.columns)]))
        let squares = Matrix(
            rows: rank, columns: rank, elements: Array(total[(rank * data.columns)...]))
        if moves { moveArchetypes(products, squares) }
        losses.append(
            self.squares - 2 * products.dot(self.archetypes)
                + squares.dot(self.archetypes.timesTransposed(self.archetypes)))
    }

    /// Moves the archetypes for GᵀX and GᵀG.
    private mutating func moveArchetypes(_ products: Matrix, _ squares: Matrix) {
        guard isSemi else {
            // The columns of H are rows of coefficients along G.
            var columns = archetypes.transposed
            let descent = CoordinateDescent(gram: squares)
            descent.sweep(&columns, products: products.transposed)
            archetypes = columns.transposed
            return
        }
        // Where a coordinate has died out in all rows, any archetype is as good.
        if let best = squares.solve(products) { archetypes = best }
    }

    private func coordinates(_ work: PartWork) throws -> Matrix {
        try gathered(parts, columns: rank, work) { coordinates[$0] ?? Matrix(zeros: 0, rank) }
    }
}

/// Brings together the rows of which each process has those of its parts.
func gathered(
    _ parts: RowParts, columns: Int, _ work: PartWork, _ rows: @escaping (Int) -> Matrix
) throws -> Matrix {
    let most = (0..<parts.count).map { parts.rows(of: $0).count }.max() ?? 0
    let all = try work(parts.count, most * columns) { part in
        let own = rows(part).elements
        return own + Array(repeating: 0, count: most * columns - own.count)
    }
    return Matrix(
        rows: parts.rows, columns: columns,
        elements: (0..<parts.count).flatMap { part in
            let first = part * most * columns
            return all[first..<first + parts.rows(of: part).count * columns]
        })
}
