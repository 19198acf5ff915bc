/// How long a Markov chain remembers its past.
public enum Autocorrelation {
    /// Returns the integrated autocorrelation time ½ + Σ_{t ≥ 1} ρ(t) in units of the entries.
    ///
    /// ρ(t) is the correlation of entries that are t apart. The error of a mean of n entries is
    /// √(2τ·variance/n) with this time τ, and independent entries have τ = ½. The sum ends at the
    /// first t that is at least six times what was added up so far [Madras88].
    ///
    /// - Parameters:
    ///   - series: A stationary series, shape [time, chain].
    ///   - chains: The number of chains, which share one mean.
    /// - Returns: Nil when the series ends before the sum does; ½ for a constant.
    /// - Precondition: `chains` ≥ 1 divides the count of entries.
    public static func integratedTime(of series: [Int], chains: Int = 1) -> Double? {
        precondition(chains >= 1 && series.count % chains == 0, "\(chains) chains")
        let length = series.count / chains
        guard length > 1 else { return nil }
        let mean = Double(series.reduce(0, +)) / Double(series.count)
        let deviations = series.map { Double($0) - mean }
        let variance = covariance(deviations, chains: chains, lag: 0)
        guard variance > 0 else { return 0.5 }
        var time = 0.5
        for lag in 1...length / 2 {
            time += covariance(deviations, chains: chains, lag: lag) / variance
            if Double(lag) >= 6 * time { return max(time, 0.5) }
        }
        return nil
    }

    /// Returns the mean product of entries that are `lag` apart.
    ///
    /// Each chain has its own sum: the inner loop then becomes vector code, and still adds in one
    /// order.
    private static func covariance(_ deviations: [Double], chains: Int, lag: Int) -> Double {
        let pairs = deviations.count / chains - lag
        var sums = [Double](repeating: 0, count: chains)
        unsafe deviations.withUnsafeBufferPointer { x in
            unsafe sums.withUnsafeMutableBufferPointer { sums in
                for time in 0..<pairs {
                    let early = time &* chains
                    let late = (time &+ lag) &* chains
                    for chain in 0..<chains {
                        unsafe sums[chain] += x[early &+ chain] * x[late &+ chain]
                    }
                }
            }
        }
        return sums.reduce(0, +) / Double(pairs * chains)
    }
}
