import Analysis

/// Least squares with non-negative coefficients, one coefficient at a time.
///
/// It minimizes ‖x − gH‖² = ‖x‖² − 2 g·p + g S gᵀ over g ≥ 0, where p = Hx and S = HHᵀ. Each coefficient
/// goes to its own minimum, so that no step raises the sum. Source: [CichockiPhan09].
struct CoordinateDescent {
    private let gram: Matrix

    /// - Parameter gram: S, shape [count, count].
    init(gram: Matrix) { self.gram = gram }

    /// Moves every coefficient of some rows once.
    ///
    /// - Parameters:
    ///   - rows: The coefficients g, shape [rows, count].
    ///   - products: p of each row, the same shape.
    /// - Returns: The largest change of a coefficient.
    @discardableResult
    func sweep(_ rows: inout Matrix, products: Matrix) -> Double {
        let slopes = rows * gram
        var room = [Double](repeating: 0, count: gram.rows)
        var largest = 0.0
        for row in 0..<rows.rows {
            largest = max(largest, sweep(row, &rows, products: products, slopes: slopes, &room))
        }
        return largest
    }

    private func sweep(
        _ row: Int, _ rows: inout Matrix, products: Matrix, slopes: Matrix, _ room: inout [Double]
    ) -> Double {
        let count = gram.rows
        var slope = room.mutableSpan
        for j in slope.indices { slope[j] = slopes[row, j] }
        var largest = 0.0
        for j in 0..<count {
            let line = gram.elements.span.extracting(j * count..<(j + 1) * count)
            guard line[j] > 0 else { continue }
            let old = rows[row, j]
            let new = max(0, old + (products[row, j] - slope[j]) / line[j])
            guard new != old else { continue }
            let change = new - old
            rows[row, j] = new
            for l in slope.indices { slope[l] += change * line[l] }
            largest = max(largest, change.magnitude)
        }
        return largest
    }
}
