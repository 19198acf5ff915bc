public import Analysis

/// Factors whose archetypes are rows of the data: X ≈ CX_K with C ≥ 0, where few rows K carry all others.
///
/// Successive projection takes the row of largest norm, projects it out of all others, and goes on. Where
/// every row is a combination of k rows with coefficients that add up to at most 1, it finds these rows
/// exactly; with noise ε it errs by O(ε κ²), κ being the condition of the rows [Gillis14]. Rows without
/// negative values are first divided by their sums, so that coefficients add up to 1. The convex programme
/// of `SelfDictionary` looks at all pairs of rows instead.
public struct SeparableFactors {
    private let data: Matrix
    private let rank: Int
    private let kind: Factorization.Kind
    private let parts: RowParts

    /// The most rows of the convex programme.
    public static let mostProgrammeRows = SelfDictionary.mostRows

    /// - Parameter kind: `separable` for projection, `hottopixx` for the convex programme.
    public init(_ data: Matrix, rank: Int, kind: Factorization.Kind = .separable) {
        precondition(kind == .separable || kind == .hottopixx, "anchors of \(kind) factors")
        self.data = data
        self.rank = rank
        self.kind = kind
        parts = RowParts(rows: data.rows)
    }

    /// The sweeps after which coordinates count as found.
    private static let mostSweeps = 2000

    /// Finds the anchors, and the coordinates of all rows along them.
    ///
    /// - Parameters:
    ///   - work: Does the parts of the work.
    ///   - progress: Is told the anchors that are found.
    /// - Returns: Fewer anchors than asked for where nothing is left of the data.
    public func run(work: PartWork, progress: (Int) -> Void = { _ in }) throws -> Factorization {
        let isProgramme = kind == .hottopixx
        var anchors =
            isProgramme
            ? try SelfDictionary(data).anchors(rank, work: work) {
                progress(Int($0 * Double(rank)))
            } : try anchors(work, progress)
        var fit = try fit(anchors, work)
        if isProgramme { (anchors, fit) = try exchanged(anchors, fit, work) }
        return Factorization(
            kind: kind, archetypes: fit.archetypes, coordinates: fit.coordinates,
            losses: [fit.loss], squares: data.squares, mixture: nil, anchors: anchors)
    }

    // MARK: Coordinates

    /// All rows along some anchors.
    private struct Fit {
        let archetypes: Matrix
        let coordinates: Matrix
        /// The sum of the squares of what is left.
        let loss: Double
        /// The row of which most is left.
        let worst: Int
    }

    private func fit(_ anchors: [Int], _ work: PartWork) throws -> Fit {
        let (parts, data) = (parts, data)
        let archetypes = Matrix(
            rows: anchors.count, columns: data.columns,
            elements: anchors.flatMap { data.rows($0..<$0 + 1).elements })
        let gram = archetypes.timesTransposed(archetypes)
        let scale = (0..<gram.rows).reduce(0) { max($0, gram[$1, $1]) }
        var found = [Matrix?](repeating: nil, count: parts.count)
        let coordinates = try gathered(parts, columns: anchors.count, work) { part in
            if let known = found[part] { return known }
            var elements: [Double] = []
            for block in parts.blocks(of: part) {
                let products = data.rows(block).timesTransposed(archetypes)
                var rows = Matrix(zeros: block.count, anchors.count)
                let descent = CoordinateDescent(gram: gram)
                for _ in 0..<Self.mostSweeps {
                    guard descent.sweep(&rows, products: products) > 1e-14 * (1 + scale) else {
                        break
                    }
                }
                elements += rows.elements
            }
            let own = Matrix(
                rows: parts.rows(of: part).count, columns: anchors.count, elements: elements)
            found[part] = own
            return own
        }
        // Exact: a difference of large sums would not tell how small the residual is.
        let left = try work(parts.count, 3) { part in
            let range = parts.rows(of: part)
            let carried = coordinates.rows(range) * archetypes
            var (loss, largest, worst) = (0.0, -1.0, range.lowerBound)
            for row in 0..<carried.rows {
                var square = 0.0
                for column in 0..<carried.columns {
                    let rest = data[range.lowerBound + row, column] - carried[row, column]
                    square += rest * rest
                }
                loss += square
                if square > largest { (largest, worst) = (square, range.lowerBound + row) }
            }
            return [loss, largest, Double(worst)]
        }
        // The first of the largest.
        var worst = 0
        for part in 1..<parts.count where left[3 * part + 1] > left[3 * worst + 1] { worst = part }
        return Fit(
            archetypes: archetypes, coordinates: coordinates,
            loss: RowParts.total(
                (0..<parts.count).map { left[3 * $0] }, parts: parts.count)[0],
            worst: Int(left[3 * worst + 2]))
    }

    /// Lets the row of which most is left take the place of the anchor that carries it, as long as less of
    /// all rows is left then.
    ///
    /// The price of the programme does not tell a row from one that is nearly the same: what is left does.
    private func exchanged(
        _ start: [Int], _ first: Fit, _ work: PartWork
    ) throws -> (anchors: [Int], fit: Fit) {
        var (anchors, fit) = (start, first)
        for _ in 0..<(4 * anchors.count) where !anchors.contains(fit.worst) {
            let shares = (0..<anchors.count).map { fit.coordinates[fit.worst, $0] }
            guard let place = shares.indices.max(by: { shares[$0] < shares[$1] }) else { break }
            var others = anchors
            others[place] = fit.worst
            let tried = try self.fit(others, work)
            guard tried.loss < fit.loss else { break }
            (anchors, fit) = (others, tried)
        }
        return (anchors, fit)
    }

    // MARK: Projection

    private func anchors(_ work: PartWork, _ progress: (Int) -> Void) throws -> [Int] {
        let (parts, data) = (parts, data)
        let isNonnegative = data.elements.allSatisfy { $0 >= 0 }
        // What is left of each row of this process's parts, and its square.
        var left = [Matrix?](repeating: nil, count: parts.count)
        var direction: [Double]?
        var largest: Double?
        var anchors: [Int] = []
        while anchors.count < rank {
            let candidates = try work(parts.count, 2 + data.columns) { part in
                let range = parts.rows(of: part)
                var rows = left[part] ?? Self.rows(data, range, dividesBySums: isNonnegative)
                var (best, place) = (-1.0, 0)
                for row in 0..<rows.rows {
                    let square = rows.projectOut(direction, fromRow: row)
                    if square > best { (best, place) = (square, row) }
                }
                left[part] = rows
                return [best, Double(range.lowerBound + place)]
                    + rows.rows(place..<place + 1).elements
            }
            let width = 2 + data.columns
            // The first of the largest.
            var best = 0
            for part in 1..<parts.count where candidates[part * width] > candidates[best * width] {
                best = part
            }
            let square = candidates[best * width]
            let first = largest ?? square
            largest = first
            guard square > 1e-24 * first, square > 0 else { break }
            anchors.append(Int(candidates[best * width + 1]))
            let norm = square.squareRoot()
            direction = candidates[best * width + 2..<(best + 1) * width].map { $0 / norm }
            progress(anchors.count)
        }
        return anchors
    }

    private static func rows(
        _ data: Matrix, _ range: Range<Int>, dividesBySums: Bool
    ) -> Matrix {
        var rows = data.rows(range)
        guard dividesBySums else { return rows }
        for row in 0..<rows.rows {
            let sum = (0..<rows.columns).reduce(0) { $0 + rows[row, $1] }
            guard sum > 0 else { continue }
            for column in 0..<rows.columns { rows[row, column] /= sum }
        }
        return rows
    }
}

extension Matrix {
    /// Projects a unit vector out of a row, and returns the square of what is left.
    fileprivate mutating func projectOut(_ direction: [Double]?, fromRow row: Int) -> Double {
        if let direction {
            var overlap = 0.0
            for column in 0..<columns { overlap += self[row, column] * direction[column] }
            for column in 0..<columns { self[row, column] -= overlap * direction[column] }
        }
        return (0..<columns).reduce(0) { $0 + self[row, $1] * self[row, $1] }
    }
}
