import Analysis
import RandomStreams

/// The rows that carry all others by a convex programme: X ≈ CX with 0 ≤ C_ij ≤ C_jj ≤ 1, Hottopixx
/// [Bittorf12].
///
/// It minimizes ½‖X − CX‖² + μ p·diag(C), where p is near 1 and breaks ties between equal rows. Rows that
/// are combinations of k rows have k columns of C that are not 0, and the diagonal of C tells which. In
/// place of a linear programme with n² variables it goes by a gradient with momentum that is projected on
/// the constraints, which is exact and costs a sorting for each column [GillisLuce18].
struct SelfDictionary {
    /// The most rows: all pairs of them are kept.
    static let mostRows = 1024

    private let parts: RowParts
    private let products: Matrix
    /// The largest eigenvalue of the products, a bound of the slope's slope.
    private let bound: Double
    private let prices: [Double]

    /// The steps after which the diagonal tells the rows.
    private static let steps = 500
    /// μ as a share of the bound.
    private static let price = 1e-3

    /// - Parameter data: At most `mostRows` rows; those without negative values are divided by their sums.
    init(_ data: Matrix) {
        precondition(data.rows <= Self.mostRows, "\(data.rows) rows of pairs")
        parts = RowParts(rows: data.rows)
        var rows = data
        if data.elements.allSatisfy({ $0 >= 0 }) {
            for row in 0..<rows.rows {
                let sum = (0..<rows.columns).reduce(0) { $0 + rows[row, $1] }
                guard sum > 0 else { continue }
                for column in 0..<rows.columns { rows[row, column] /= sum }
            }
        }
        let products = rows.timesTransposed(rows)
        // In the start's direction: no row without negative values is orthogonal to it.
        bound = largestSquaredSingularValue(from: Array(repeating: 1, count: rows.columns)) {
            (rows * Matrix(column: $0)).elements
        } transposed: {
            rows.transposedTimes(Matrix(column: $0)).elements
        }
        self.products = products
        let stream = RandomStream(seed: 0, .factorization(.prices))
        prices = (0..<data.rows).map { 1 + 0.1 * Double(stream.word(row: 0, unit: $0)) * 0x1p-32 }
    }

    /// Finds the rows with the largest elements on the diagonal, in falling order.
    ///
    /// - Parameter progress: Is told the share of the steps that are done.
    func anchors(
        _ count: Int, work: PartWork, progress: (Double) -> Void = { _ in }
    ) throws -> [Int] {
        let rows = products.rows
        let (parts, products, bound) = (parts, products, bound)
        var current = Matrix(zeros: rows, rows)
        var ahead = current
        var momentum = 1.0
        for step in 0..<Self.steps {
            let start = ahead
            // Y − (YG − G + μ diag(p))/L, a part of the rows on each process.
            let moved = try gathered(parts, columns: rows, work) { part in
                var elements: [Double] = []
                for block in parts.blocks(of: part) {
                    var own = start.rows(block)
                    let slopes = own * products
                    for row in 0..<own.rows {
                        let place = block.lowerBound + row
                        for column in 0..<rows {
                            own[row, column] -=
                                (slopes[row, column] - products[place, column]) / bound
                        }
                        own[row, place] -= Self.price * prices[place]
                    }
                    elements += own.elements
                }
                return Matrix(
                    rows: parts.rows(of: part).count, columns: rows, elements: elements)
            }
            let next = Self.projected(moved)
            let grown = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
            let factor = (momentum - 1) / grown
            ahead = Matrix(
                rows: rows, columns: rows,
                elements: zip(next.elements, current.elements).map { $0 + factor * ($0 - $1) })
            current = next
            momentum = grown
            progress(Double(step + 1) / Double(Self.steps))
        }
        return Array(
            (0..<rows).sorted {
                (current[$0, $0], $1) > (current[$1, $1], $0)
            }.prefix(count))
    }

    /// Returns the nearest matrix with 0 ≤ C_ij ≤ C_jj ≤ 1.
    ///
    /// The diagonal element of a column is the mean of itself and of those others that are larger than this
    /// mean.
    static func projected(_ matrix: Matrix) -> Matrix {
        var result = matrix
        for column in 0..<matrix.columns {
            let others = (0..<matrix.rows).filter { $0 != column }.map { matrix[$0, column] }
                .sorted(by: >)
            var sum = matrix[column, column]
            var count = 1.0
            for other in others {
                guard other > sum / count else { break }
                sum += other
                count += 1
            }
            let top = min(1, max(0, sum / count))
            for row in 0..<matrix.rows {
                result[row, column] = min(max(matrix[row, column], 0), top)
            }
            result[column, column] = top
        }
        return result
    }
}
