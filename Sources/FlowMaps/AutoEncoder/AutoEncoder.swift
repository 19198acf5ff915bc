public import Analysis
import RealModule

/// An auto-encoder with tied weights: r(x) = g(b + W h(x)) with h(x) = σ(c + Wᵀx), where σ is the logistic
/// function and g is the identity or σ.
///
/// It is the mean-field map v → h → v of the machine with the same parameters. Cases are rows.
public struct AutoEncoder: Sendable, Equatable {
    /// What becomes of the fields of the decoder.
    public enum Output: String, Sendable, CaseIterable {
        /// The fields themselves, for values of any size.
        case linear
        /// The logistic function of them, for values in [0, 1].
        case sigmoid
    }

    public let output: Output
    /// W, shape [visible, hidden].
    public internal(set) var weights: Matrix
    /// b, shape [visible].
    public internal(set) var visibleBias: [Double]
    /// c, shape [hidden].
    public internal(set) var hiddenBias: [Double]

    /// - Precondition: There is one bias for each row and for each column of the weights.
    public init(output: Output, weights: Matrix, visibleBias: [Double], hiddenBias: [Double]) {
        precondition(
            weights.rows == visibleBias.count && weights.columns == hiddenBias.count,
            "\(weights.rows)×\(weights.columns) weights for \(visibleBias.count) and "
                + "\(hiddenBias.count) biases")
        self.output = output
        self.weights = weights
        self.visibleBias = visibleBias
        self.hiddenBias = hiddenBias
    }

    public var visibleCount: Int { weights.rows }
    public var hiddenCount: Int { weights.columns }

    /// Returns c + Wᵀx of each row, shape [rows, hidden].
    func hiddenFields(_ cases: Matrix) -> Matrix { (cases * weights).adding(toRows: hiddenBias) }

    /// Returns h(x) of each row, shape [rows, hidden].
    public func encode(_ cases: Matrix) -> Matrix { hiddenFields(cases).mapped(logistic) }

    /// Returns b + Wh of each row, shape [rows, visible].
    func visibleFields(_ hidden: Matrix) -> Matrix {
        hidden.timesTransposed(weights).adding(toRows: visibleBias)
    }

    /// Returns r(x) of each row, shape [rows, visible].
    public func reconstruct(_ cases: Matrix) -> Matrix {
        let fields = visibleFields(encode(cases))
        return output == .linear ? fields : fields.mapped(logistic)
    }

    /// Returns the potential U of each row, in nats, whose slope is the step of the map
    /// [KamyshanskaMemisevic15].
    ///
    /// U(x) = Σ_j ln(1 + e^{a_j}) − ½|x − b|² with a = c + Wᵀx has ∇U = r(x) − x where the output is linear.
    /// Where it is the logistic function, U(x) = Σ_j ln(1 + e^{a_j}) + b·x has ∇U = ln(r/(1 − r)). Both are
    /// minus the free energy of the machine with the same parameters, a Gaussian one with σ = 1 and a
    /// Bernoulli one.
    public func potentials(_ cases: Matrix) -> [Double] {
        let fields = hiddenFields(cases)
        return (0..<cases.rows).map { row in
            let sum = (0..<hiddenCount).reduce(0.0) { $0 + softplus(fields[row, $1]) }
            return (0..<visibleCount).reduce(sum) { sum, unit in
                let value = cases[row, unit]
                guard output == .linear else { return sum + visibleBias[unit] * value }
                let difference = value - visibleBias[unit]
                return sum - difference * difference / 2
            }
        }
    }

    /// Returns ∇U of each row, shape [rows, visible].
    public func forces(_ cases: Matrix) -> Matrix {
        let fields = visibleFields(encode(cases))
        guard output == .linear else { return fields }
        return Matrix(
            rows: cases.rows, columns: visibleCount,
            elements: zip(fields.elements, cases.elements).map { $0 - $1 })
    }

    /// Returns ‖∂h/∂x‖² of each row, the sum of the squares of all elements: Σ_j (h_j(1 − h_j))² Σ_i W_ij²
    /// [Rifai11a].
    public func contractions(_ cases: Matrix) -> [Double] {
        let hidden = encode(cases)
        let lengths = weights.squaresOfColumns
        return (0..<cases.rows).map { row in
            (0..<hiddenCount).reduce(0.0) {
                let slope = hidden[row, $1] * (1 - hidden[row, $1])
                return $0 + slope * slope * lengths[$1]
            }
        }
    }
}

/// Returns 1/(1 + e^{−x}).
func logistic(_ x: Double) -> Double {
    // The other form overflows for large negative x.
    if x >= 0 { return 1 / (1 + .exp(-x)) }
    let power = Double.exp(x)
    return power / (1 + power)
}

/// Returns ln(1 + e^x).
func softplus(_ x: Double) -> Double { max(x, 0) + .log(onePlus: .exp(-abs(x))) }

extension Matrix {
    /// Returns the matrix with the same numbers added to each row.
    func adding(toRows numbers: [Double]) -> Matrix {
        var sum = elements
        var span = sum.mutableSpan
        let added = numbers.span
        for row in 0..<rows {
            let first = row * columns
            for column in added.indices { span[first + column] += added[column] }
        }
        return Matrix(rows: rows, columns: columns, elements: sum)
    }

    /// Returns the matrix of a function of each element.
    func mapped(_ function: (Double) -> Double) -> Matrix {
        Matrix(rows: rows, columns: columns, elements: elements.map(function))
    }

    /// The sum of the squares of each column.
    var squaresOfColumns: [Double] {
        var sums = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns { sums[column] += self[row, column] * self[row, column] }
        }
        return sums
    }

    /// The sum of each column.
    var sumsOfColumns: [Double] {
        var sums = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns { sums[column] += self[row, column] }
        }
        return sums
    }

    /// Returns some columns.
    func columns(_ range: Range<Int>) -> Matrix {
        Matrix(
            rows: rows, columns: range.count,
            elements: (0..<rows).flatMap {
                elements[($0 * columns + range.lowerBound)..<($0 * columns + range.upperBound)]
            })
    }

    /// Returns some rows in any order.
    public func rows(at places: [Int]) -> Matrix {
        Matrix(
            rows: places.count, columns: columns,
            elements: places.flatMap { elements[($0 * columns)..<(($0 + 1) * columns)] })
    }
}
