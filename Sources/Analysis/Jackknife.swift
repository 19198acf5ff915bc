/// Estimates of functions of sums over a data set, by leaving out one block at a time.
///
/// A block is a part of the data set whose entries may depend on each other; different blocks must be
/// independent. Sums are integers, so that parts which were summed anywhere add up exactly.
public enum Jackknife {
    /// Returns functions of the sums over all blocks, with their bias of order 1/blocks removed.
    ///
    /// One block alone has the error NaN. Without any entry the functions get zeros.
    ///
    /// - Parameters:
    ///   - sums: Sums over each block, shape [block, column]. The first column counts the entries of
    ///     a block; blocks without entries do not take part.
    ///   - functions: Functions of the sums over some blocks, shape [column]; as many values at each
    ///     call.
    /// - Precondition: `columns` ≥ 1 divides the count of `sums`.
    public static func estimates(
        _ sums: [Int64], columns: Int, of functions: ([Double]) -> [Double]
    ) -> [Estimate] {
        precondition(
            columns >= 1 && sums.count % columns == 0, "\(sums.count) sums in \(columns) columns")
        let blocks = stride(from: 0, to: sums.count, by: columns).filter { sums[$0] > 0 }
        // The sum over all blocks may need more bits than that over one.
        var total = [Int128](repeating: 0, count: columns)
        for first in blocks {
            for column in 0..<columns { total[column] += Int128(sums[first + column]) }
        }
        let all = functions(total.map(Self.double))
        guard blocks.count > 1 else { return all.map { Estimate(value: $0, error: .nan) } }
        let partial = blocks.map { first in
            functions(
                (0..<columns).map { Self.double(total[$0] - Int128(sums[first + $0])) })
        }
        let count = Double(blocks.count)
        return all.indices.map { i in
            let mean = partial.reduce(0) { $0 + $1[i] } / count
            let spread = partial.reduce(0) { $0 + ($1[i] - mean) * ($1[i] - mean) }
            return Estimate(
                value: count * all[i] - (count - 1) * mean,
                error: ((count - 1) / count * spread).squareRoot())
        }
    }

    /// Returns one function of the sums over all blocks, as `estimates`.
    public static func estimate(
        _ sums: [Int64], columns: Int, of function: ([Double]) -> Double
    ) -> Estimate {
        estimates(sums, columns: columns) { [function($0)] }[0]
    }

    /// Rounds to the nearest double; most sums fit the processor's integers, which is much faster.
    private static func double(_ sum: Int128) -> Double {
        if let short = Int64(exactly: sum) { Double(short) } else { Double(sum) }
    }
}
