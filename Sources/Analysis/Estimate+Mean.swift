extension Estimate {
    /// Returns the mean of values in consecutive blocks, with the error from the spread of the blocks.
    ///
    /// Values of one block may depend on each other; different blocks must be independent. The last
    /// block may be shorter. One block alone has the error NaN.
    ///
    /// - Precondition: `values` is not empty and `blockLength` ≥ 1.
    public static func mean(of values: [Double], blockLength: Int = 1) -> Estimate {
        precondition(
            !values.isEmpty && blockLength >= 1,
            "\(values.count) values in blocks of \(blockLength)")
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        var squares = 0.0
        var blocks = 0.0
        for start in stride(from: 0, to: values.count, by: blockLength) {
            let block = values[start..<min(start + blockLength, values.count)]
            let deviation = block.reduce(0) { $0 + ($1 - mean) }
            squares += deviation * deviation
            blocks += 1
        }
        return Estimate(
            value: mean,
            error: blocks > 1 ? (squares * blocks / (blocks - 1)).squareRoot() / count : .nan)
    }

    /// Returns the mean of independent integers from their number, their sum and the sum of their
    /// squares.
    ///
    /// One entry alone has the error NaN, and so has none.
    public static func mean(ofCount count: Int64, sum: Int64, squares: Int64) -> Estimate {
        let count = Double(count)
        let mean = Double(sum) / count
        // Rounding may leave less than 0 of equal entries.
        let variance = max(0, Double(squares) / count - mean * mean) / (count - 1)
        return Estimate(value: mean, error: variance.squareRoot())
    }
}
