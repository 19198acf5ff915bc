import RealModule

/// The law p(s) ∝ s^(−τ) of whole numbers between two bounds.
struct TruncatedPowerLaw {
    private let logs: [Double]

    init(_ sizes: ClosedRange<Int>) { logs = sizes.map { .log(Double($0)) } }

    /// Returns the exponent whose mean logarithm is the given one, which maximizes the likelihood; NaN
    /// where none between −10 and 20 has it.
    func exponent(meanLog: Double) -> Double {
        var (low, high) = (-10.0, 20.0)
        guard meanLog < self.meanLog(low), meanLog > self.meanLog(high) else { return .nan }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if self.meanLog(middle) > meanLog { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// Returns ⟨ln s⟩ for an exponent; it falls as the exponent grows.
    func meanLog(_ exponent: Double) -> Double {
        var (sum, weighted) = (0.0, 0.0)
        // Relative to the largest term, so that no term overflows.
        let reference = exponent > 0 ? logs.first ?? 0 : logs.last ?? 0
        for log in logs {
            let weight = Double.exp(-exponent * (log - reference))
            sum += weight
            weighted += weight * log
        }
        return weighted / sum
    }
}
