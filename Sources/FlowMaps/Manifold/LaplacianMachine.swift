public import Analysis

/// A support vector machine with a kernel that also asks for smoothness along a graph, from few labels:
/// LapSVM [BelkinNiyogiSindhwani06].
///
/// f(x) = Σ_i α_i K(x_i, x) minimizes (1/l) Σ max(0, 1 − y f) over the l labelled rows plus
/// γ_A ‖f‖² + γ_I/n² fᵀLf. Each class has a function of its own, with y = 1 for its rows and −1 for others.
/// The function has no constant term. The kernel is e^{−d²/2σ²}.
public struct LaplacianMachine: Sendable {
    /// f at each row for each class, shape [rows, classes].
    public let values: Matrix
    /// α, the same shape.
    let weights: Matrix
    /// The labelled rows that lie on or within the margin, summed over the classes.
    public let supports: Int
    /// How far the worst multiplier is from its best value, in units of y f.
    let gap: Double

    /// The class of the largest value of each row.
    public var labels: [Int] { labelsOfLargest(values) }

    /// The rounds of coordinate ascent after which multipliers count as found.
    private static let mostRounds = 100_000
    /// The gap at which they count as found.
    private static let tolerance = 1e-10

    /// Solves for α.
    ///
    /// With B = 2γ_A + (2γ_I/n²) LK, α = B⁻¹ Jᵀ Yβ, where 0 ≤ β ≤ 1/l maximizes Σβ − ½ βᵀQβ with
    /// Q = Y J K B⁻¹ Jᵀ Y; J picks the labelled rows. β is found one at a time [Hsieh08].
    ///
    /// - Parameters:
    ///   - labels: The class of each row from 0; nil where it is not known.
    ///   - ambient: γ_A, positive.
    ///   - intrinsic: γ_I; 0 for a machine without the graph.
    ///   - scale: σ.
    /// - Returns: nil where the equations are singular.
    public init?(
        _ data: Matrix, labels: [Int?], graph: NeighbourGraph, ambient: Double, intrinsic: Double,
        scale: Double
    ) {
        let rows = data.rows
        let kernel = gaussianKernel(data, scale: scale)
        let smoothness = Laplacian(graph, .plain).matrix * kernel
        let factor = 2 * intrinsic / (Double(rows) * Double(rows))
        let left = Matrix(rows: rows, columns: rows) { row, column in
            (row == column ? 2 * ambient : 0) + factor * smoothness[row, column]
        }
        let known = labels.indices.filter { labels[$0] != nil }
        let picked = Matrix(rows: rows, columns: known.count) { $0 == known[$1] ? 1 : 0 }
        guard let inverse = left.solve(picked) else { return nil }
        // What f is at each row for a multiplier of each labelled row.
        let responses = kernel * inverse
        let classes = (labels.compactMap { $0 }.max() ?? 0) + 1
        var weights = Matrix(zeros: rows, classes)
        var (supports, gap) = (0, 0.0)
        for own in 0..<classes {
            let signs = known.map { labels[$0] == own ? 1.0 : -1 }
            let quadratic = Matrix(rows: known.count, columns: known.count) {
                signs[$0] * signs[$1] * responses[known[$0], $1]
            }
            let found = Self.multipliers(quadratic, most: 1 / Double(known.count))
            supports += found.values.count { $0 > 0 }
            gap = max(gap, found.gap)
            for row in 0..<rows {
                weights[row, own] = known.indices.reduce(0) {
                    $0 + inverse[row, $1] * signs[$1] * found.values[$1]
                }
            }
        }
        self.weights = weights
        values = kernel * weights
        self.supports = supports
        self.gap = gap
    }

    /// Maximizes Σβ − ½ βᵀQβ over 0 ≤ β ≤ most, one multiplier at a time.
    private static func multipliers(
        _ quadratic: Matrix, most: Double
    ) -> (values: [Double], gap: Double) {
        var values = [Double](repeating: 0, count: quadratic.rows)
        var gap = Double.infinity
        for _ in 0..<mostRounds where gap > tolerance {
            gap = 0
            for place in values.indices {
                let slope = values.indices.reduce(1.0) { $0 - quadratic[place, $1] * values[$1] }
                let own = values[place]
                // At a bound, a slope that points out of the allowed range is right.
                let free = own <= 0 ? max(0, slope) : own >= most ? min(0, slope) : slope
                gap = max(gap, abs(free))
                let curvature = quadratic[place, place]
                guard curvature > 0 else { continue }
                values[place] = min(most, max(0, own + slope / curvature))
            }
        }
        return (values, gap)
    }
}
