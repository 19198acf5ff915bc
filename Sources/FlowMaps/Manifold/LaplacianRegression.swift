public import Analysis
import RealModule

/// Least squares with a kernel that also asks for smoothness along a graph, from few labels: LapRLS
/// [BelkinNiyogiSindhwani06].
///
/// f(x) = Σ_i α_i K(x_i, x) minimizes (1/l) Σ (y − f)² over the l labelled rows plus
/// γ_A ‖f‖² + γ_I/n² fᵀLf, with L = D − A of the graph. The kernel is e^{−d²/2σ²}.
public struct LaplacianRegression: Sendable {
    /// f at each row for each class, shape [rows, classes]: +1 where a row belongs to it, else −1.
    public let values: Matrix
    /// α, the same shape.
    let weights: Matrix

    /// The class of the largest value of each row.
    public var labels: [Int] { labelsOfLargest(values) }

    /// Solves for α.
    ///
    /// - Parameters:
    ///   - labels: The class of each row from 0; nil where it is not known.
    ///   - ambient: γ_A, positive.
    ///   - intrinsic: γ_I; 0 for least squares without the graph.
    ///   - scale: σ.
    /// - Returns: nil where the equations are singular.
    public init?(
        _ data: Matrix, labels: [Int?], graph: NeighbourGraph, ambient: Double, intrinsic: Double,
        scale: Double
    ) {
        let rows = data.rows
        let kernel = gaussianKernel(data, scale: scale)
        let labelled = Double(labels.count { $0 != nil })
        let smoothness = Laplacian(graph, .plain).matrix * kernel
        let factor = intrinsic * labelled / (Double(rows) * Double(rows))
        let left = Matrix(rows: rows, columns: rows) { row, column in
            (labels[row] != nil ? kernel[row, column] : 0)
                + (row == column ? ambient * labelled : 0) + factor * smoothness[row, column]
        }
        let classes = (labels.compactMap { $0 }.max() ?? 0) + 1
        let right = Matrix(rows: rows, columns: classes) { row, column in
            labels[row].map { $0 == column ? 1 : -1 } ?? 0
        }
        guard let weights = left.solve(right) else { return nil }
        self.weights = weights
        values = kernel * weights
    }
}

/// Returns e^{−d²/2σ²} of all pairs of rows.
func gaussianKernel(_ data: Matrix, scale: Double) -> Matrix {
    let lengths = (0..<data.rows).map { data.rows($0..<$0 + 1).squares }
    let products = data.timesTransposed(data)
    return Matrix(rows: data.rows, columns: data.rows) { row, column in
        let square = max(0, lengths[row] + lengths[column] - 2 * products[row, column])
        return .exp(-square / (2 * scale * scale))
    }
}

/// Returns the column of the largest value of each row.
func labelsOfLargest(_ values: Matrix) -> [Int] {
    (0..<values.rows).map { row in
        (0..<values.columns).max { values[row, $0] < values[row, $1] } ?? 0
    }
}
