import Ising

/// Means with errors for functions of sums, by leaving out one bin at a time.
enum Jackknife {
    /// Returns the functions of all bins together, their bias of order 1/bins removed.
    ///
    /// - Parameters:
    ///   - bins: Sums of independent bins, shape [bin, column]; at least one.
    ///   - functions: Of the sums of some bins; as many values each time.
    static func estimates(
        _ bins: [[Double]], of functions: ([Double]) -> [Double]
    ) -> [Estimate] {
        precondition(!bins.isEmpty, "no bins")
        var total = bins[0]
        for bin in bins.dropFirst() {
            for i in total.indices { total[i] += bin[i] }
        }
        let all = functions(total)
        guard bins.count > 1 else { return all.map { Estimate(mean: $0, error: .nan) } }
        let partial = bins.map { bin in functions(total.indices.map { total[$0] - bin[$0] }) }
        let count = Double(bins.count)
        return all.indices.map { i in
            let mean = partial.reduce(0) { $0 + $1[i] } / count
            let spread = partial.reduce(0) { $0 + ($1[i] - mean) * ($1[i] - mean) }
            return Estimate(
                mean: count * all[i] - (count - 1) * mean,
                error: ((count - 1) / count * spread).squareRoot())
        }
    }
}
