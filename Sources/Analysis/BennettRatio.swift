import RealModule

/// The ratio of two partition functions from samples of both distributions.
public enum BennettRatio {
    /// Estimates ln (Z₁/Z₀) by Bennett's acceptance ratio, the best use of both samples.
    ///
    /// A state v counts with x = ln p*₁(v)/p*₀(v), the logarithm of the ratio of its weights. The
    /// estimate c solves Σ₀ σ(x − c + m) = Σ₁ σ(c − m − x) with m = ln n₁/n₀, where σ is the logistic
    /// function and n₀ and n₁ are the numbers of states. Source: [Bennett76].
    ///
    /// - Parameters:
    ///   - first: x of states drawn from the distribution 0.
    ///   - second: x of states drawn from the distribution 1.
    ///   - blockLength: How many consecutive states of the distribution 0 may depend on each other.
    ///   - secondBlockLength: The same of the distribution 1; nil for as many.
    /// - Returns: ln (Z₁/Z₀) in nats; its error to first order, NaN from a single block.
    /// - Precondition: Either distribution has a state, and every x is finite.
    public static func estimate(
        first: [Double], second: [Double], blockLength: Int = 1, secondBlockLength: Int? = nil
    ) -> Estimate {
        precondition(
            !first.isEmpty && !second.isEmpty, "\(first.count) and \(second.count) states")
        let shift = Double.log(Double(second.count) / Double(first.count))
        // Left minus right side falls as c grows, and is 0 between the extremes of x + m.
        let all = first + second
        var low = all.reduce(.infinity, min) + shift - 1
        var high = all.reduce(-.infinity, max) + shift + 1
        func excess(_ c: Double) -> Double {
            first.reduce(0) { $0 + fermi(c - shift - $1) }
                - second.reduce(0) { $0 + fermi($1 + shift - c) }
        }
        // Where one distribution has few states, the root may lie beyond the extremes.
        while excess(low) < 0 { low -= high - low }
        while excess(high) > 0 { high += high - low }
        while true {
            let middle = 0.5 * (low + high)
            guard low < middle && middle < high else { break }
            if excess(middle) > 0 { low = middle } else { high = middle }
        }
        let errors = [
            relativeError(first.map { fermi(low - shift - $0) }, blockLength),
            relativeError(
                second.map { fermi($0 + shift - low) }, secondBlockLength ?? blockLength),
        ]
        return Estimate(
            value: low, error: (errors[0] * errors[0] + errors[1] * errors[1]).squareRoot())
    }

    /// 1/(1 + eˣ).
    private static func fermi(_ x: Double) -> Double {
        x > 0 ? .exp(-x) / (1 + .exp(-x)) : 1 / (1 + .exp(x))
    }

    private static func relativeError(_ values: [Double], _ blockLength: Int) -> Double {
        let estimate = Estimate.mean(of: values, blockLength: blockLength)
        return estimate.error / estimate.value
    }
}
