import RealModule

/// Least-squares fits of the log-periodic law to a series.
///
/// The four linear parameters follow from the three others, so that only those are searched: from a grid
/// of starts, the best of which are refined by Levenberg and Marquardt's method on the projected residuals
/// [GolubPereyra73] with Kaufman's simplification of their slopes.
public struct LogPeriodicFit: Sendable {
    /// Times on the unit interval: 0 is the first and 1 the last.
    private let times: [Double]
    private let values: [Double]
    private let start: Double
    private let span: Double

    /// Where the law is looked for, with times in units of the series' length after its start.
    public struct Bounds: Sendable {
        public var criticalTime = 1.001...1.5
        public var exponent = 0.05...1.5
        public var angularFrequency = 2.0...25.0

        public init() {}
    }

    public var bounds = Bounds()

    /// Takes a series.
    ///
    /// - Precondition: There are at least 10 values, and the times rise.
    public init(times: [Double], values: [Double]) {
        precondition(
            times.count >= 10 && times.count == values.count
                && zip(times, times.dropFirst()).allSatisfy { $0 < $1 },
            "\(values.count) values at \(times.count) times")
        start = times[0]
        span = times[times.count - 1] - times[0]
        let (start, span) = (start, span)
        self.times = times.map { ($0 - start) / span }
        self.values = values
    }

    /// The same times with other values.
    public func with(values: [Double]) -> LogPeriodicFit {
        precondition(values.count == times.count)
        return LogPeriodicFit(times: times, values: values, start: start, span: span, bounds)
    }

    private init(
        times: [Double], values: [Double], start: Double, span: Double, _ bounds: Bounds
    ) {
        self.times = times
        self.values = values
        self.start = start
        self.span = span
        self.bounds = bounds
    }

    /// A law with what it leaves.
    public struct Result: Sendable, Equatable {
        public let law: LogPeriodicLaw
        /// The sum of the squared residuals.
        public let squares: Double

        public init(law: LogPeriodicLaw, squares: Double) {
            self.law = law
            self.squares = squares
        }
    }

    /// The three searched parameters: t_c on the unit interval, m and ω.
    typealias Point = SIMD3<Double>

    // MARK: Search

    /// The starts of the search: the points of a grid.
    public static let starts = 10 * 5 * 16

    /// The point of a start.
    private func point(_ number: Int) -> Point {
        func part(_ range: ClosedRange<Double>, _ index: Int, _ count: Int) -> Double {
            range.lowerBound
                + (range.upperBound - range.lowerBound) * (Double(index) + 0.5) / Double(count)
        }
        // Starts are denser near the end of the series.
        let share = (Double(number % 10) + 0.5) / 10
        let time = bounds.criticalTime
        return Point(
            time.lowerBound + (time.upperBound - time.lowerBound) * share * share,
            part(bounds.exponent, number / 10 % 5, 5),
            part(bounds.angularFrequency, number / 50, 16))
    }

    /// Returns the residual sum at some of the starts.
    public func squares(ofStarts numbers: Range<Int>) -> [Double] {
        numbers.map { project(point($0)).squares }
    }

    /// Refines a start.
    public func refined(start number: Int) -> Result {
        result(refine(point(number), holdsTime: false))
    }

    /// Refines a law that fits nearly.
    public func refined(_ law: LogPeriodicLaw) -> Result {
        result(refine(point(of: law), holdsTime: false))
    }

    /// Returns the best law of all starts: the most promising ones are refined.
    ///
    /// - Parameter refinements: How many.
    public func best(refinements: Int = 24) -> Result {
        let order = Self.promising(squares(ofStarts: 0..<Self.starts), refinements)
        return Self.best(order.map { refined(start: $0) })
    }

    /// The numbers of the starts with the least residual sums, the best first.
    public static func promising(_ squares: [Double], _ count: Int) -> [Int] {
        Array(squares.indices.sorted { (squares[$0], $0) < (squares[$1], $1) }.prefix(count))
    }

    /// The result with the least residual sum.
    public static func best(_ results: [Result]) -> Result {
        results.min { $0.squares < $1.squares } ?? results[0]
    }

    /// Returns the least residual sum for a critical time that is held, from a law nearby.
    public func best(criticalTime: Double, near law: LogPeriodicLaw) -> Result {
        var from = point(of: law)
        from[0] = (criticalTime - start) / span
        return result(refine(from, holdsTime: true))
    }

    /// What the values vary: the squares about their mean.
    public var totalSquares: Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }

    /// What a law leaves of each value.
    public func residuals(_ law: LogPeriodicLaw) -> [Double] {
        zip(times, values).map { $1 - law.value(at: start + span * $0) }
    }

    // MARK: Projection

    /// The law's four columns at a point, made orthonormal, and what they leave of the values.
    private struct Projection {
        var squares = 0.0
        /// Shape [4][values].
        var basis: [[Double]] = []
        /// The upper triangle that turns the orthonormal columns into the law's, shape [4, 4].
        var triangle = [Double](repeating: 0, count: 16)
        var residuals: [Double] = []
        var linear = SIMD4<Double>()
        /// ln τ and τ^m.
        var logs: [Double] = []
        var powers: [Double] = []
        var cosines: [Double] = []
        var sines: [Double] = []
    }

    private func project(_ point: Point) -> Projection {
        var projection = Projection()
        let count = times.count
        let (criticalTime, exponent, frequency) = (point[0], point[1], point[2])
        projection.logs = times.map { .log(criticalTime - $0) }
        projection.powers = projection.logs.map { .exp(exponent * $0) }
        projection.cosines = (0..<count).map {
            projection.powers[$0] * .cos(frequency * projection.logs[$0])
        }
        projection.sines = (0..<count).map {
            projection.powers[$0] * .sin(frequency * projection.logs[$0])
        }
        var columns = [
            [Double](repeating: 1, count: count), projection.powers, projection.cosines,
            projection.sines,
        ]
        // Gram and Schmidt's method, each column after those before it; twice, for its digits.
        var coefficients = SIMD4<Double>()
        var residuals = values
        for j in 0..<4 {
            for _ in 0..<2 {
                for i in 0..<j {
                    let overlap = dot(columns[i], columns[j])
                    projection.triangle[4 * i + j] += overlap
                    add(-overlap, columns[i], to: &columns[j])
                }
            }
            let length = dot(columns[j], columns[j]).squareRoot()
            projection.triangle[4 * j + j] = length
            // A column that others make up adds nothing.
            let scale = length > 1e-300 ? 1 / length : 0
            for k in 0..<count { columns[j][k] *= scale }
            let coefficient = dot(columns[j], residuals)
            coefficients[j] = coefficient
            add(-coefficient, columns[j], to: &residuals)
        }
        for j in stride(from: 3, through: 0, by: -1) {
            var value = coefficients[j]
            for k in j + 1..<4 { value -= projection.triangle[4 * j + k] * projection.linear[k] }
            let diagonal = projection.triangle[4 * j + j]
            projection.linear[j] = diagonal > 1e-300 ? value / diagonal : 0
        }
        projection.basis = columns
        projection.residuals = residuals
        projection.squares = dot(residuals, residuals)
        return projection
    }

    private func refine(_ start: Point, holdsTime: Bool) -> (Point, Projection) {
        var point = clamped(start)
        var projection = project(point)
        var damping = 1e-3
        for _ in 0..<200 {
            let slopes = slopes(point, projection)
            let first = holdsTime ? 1 : 0
            var matrix = [Double](repeating: 0, count: 9)
            var gradient = Point()
            for i in first..<3 {
                gradient[i] = dot(slopes[i], projection.residuals)
                for j in first..<3 { matrix[3 * i + j] = dot(slopes[i], slopes[j]) }
            }
            if holdsTime { matrix[0] = 1 }
            var moved = false
            while damping < 1e12 {
                let step = Self.solve(matrix, gradient, damping: damping)
                var next = clamped(point + step)
                if holdsTime { next[0] = point[0] }
                let found = project(next)
                if found.squares < projection.squares {
                    let change = (projection.squares - found.squares)
                    moved = change > 1e-14 * projection.squares && found.squares > 0
                    point = next
                    projection = found
                    damping = max(damping / 10, 1e-12)
                    break
                }
                damping *= 10
            }
            guard moved else { break }
        }
        return (point, projection)
    }

    /// The slopes of the law by the three parameters with linear parameters held, projected away from the
    /// law's columns.
    private func slopes(_ point: Point, _ projection: Projection) -> [[Double]] {
        let linear = projection.linear
        let (exponent, frequency) = (point[1], point[2])
        var result = [[Double]](
            repeating: [Double](repeating: 0, count: times.count), count: 3)
        for k in times.indices {
            let (power, log) = (projection.powers[k], projection.logs[k])
            let (cosine, sine) = (projection.cosines[k], projection.sines[k])
            let value = linear[1] * power + linear[2] * cosine + linear[3] * sine
            let turn = linear[3] * cosine - linear[2] * sine
            result[0][k] = (exponent * value + frequency * turn) / (point[0] - times[k])
            result[1][k] = log * value
            result[2][k] = log * turn
        }
        for i in 0..<3 {
            for column in projection.basis { add(-dot(column, result[i]), column, to: &result[i]) }
        }
        return result
    }

    private func clamped(_ point: Point) -> Point {
        func clamp(_ value: Double, _ range: ClosedRange<Double>) -> Double {
            min(max(value, range.lowerBound), range.upperBound)
        }
        return Point(
            clamp(point[0], bounds.criticalTime), clamp(point[1], bounds.exponent),
            clamp(point[2], bounds.angularFrequency))
    }

    /// Solves (M + d·diag M)x = g for three unknowns.
    private static func solve(_ matrix: [Double], _ right: Point, damping: Double) -> Point {
        var m = matrix
        for i in 0..<3 { m[3 * i + i] = m[3 * i + i] * (1 + damping) + 1e-300 }
        func determinant(_ m: [Double]) -> Double {
            m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6])
                + m[2] * (m[3] * m[7] - m[4] * m[6])
        }
        let whole = determinant(m)
        guard whole != 0, whole.isFinite else { return Point() }
        return Point(
            (0..<3).map { unknown in
                var replaced = m
                for row in 0..<3 { replaced[3 * row + unknown] = right[row] }
                return determinant(replaced) / whole
            })
    }

    // MARK: Units

    private func result(_ found: (Point, Projection)) -> Result {
        let (point, projection) = found
        // Columns of τ on the unit interval: τ = span · τ′ changes B, C₁ and C₂.
        let factor = Double.exp(-point[1] * .log(span))
        let turn = point[2] * Double.log(span)
        let (cosine, sine) = (Double.cos(turn), Double.sin(turn))
        let linear = projection.linear
        return Result(
            law: LogPeriodicLaw(
                criticalTime: start + span * point[0], exponent: point[1],
                angularFrequency: point[2],
                linear: [
                    linear[0], linear[1] * factor,
                    factor * (linear[2] * cosine - linear[3] * sine),
                    factor * (linear[2] * sine + linear[3] * cosine),
                ]),
            squares: projection.squares)
    }

    private func point(of law: LogPeriodicLaw) -> Point {
        Point((law.criticalTime - start) / span, law.exponent, law.angularFrequency)
    }

    private func dot(_ a: [Double], _ b: [Double]) -> Double {
        let (a, b) = (a.span, b.span)
        var sum = SIMD4<Double>()
        let whole = a.count & ~3
        for k in stride(from: 0, to: whole, by: 4) {
            let left = SIMD4(a[k], a[k + 1], a[k + 2], a[k + 3])
            sum += left * SIMD4(b[k], b[k + 1], b[k + 2], b[k + 3])
        }
        var rest = 0.0
        for k in whole..<a.count { rest += a[k] * b[k] }
        return sum.sum() + rest
    }

    private func add(_ factor: Double, _ a: [Double], to b: inout [Double]) {
        let a = a.span
        var b = b.mutableSpan
        for k in a.indices { b[k] += factor * a[k] }
    }
}
