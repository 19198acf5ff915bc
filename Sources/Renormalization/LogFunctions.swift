import Glibc

/// ln 2cosh x, without overflow.
func logTwoCosh(_ x: Double) -> Double {
    x.magnitude + log1p(exp(-2 * x.magnitude))
}

/// ln cosh x, with the relative precision of x² near 0.
func logCosh(_ x: Double) -> Double {
    guard x.magnitude < 1 else { return logTwoCosh(x) - log(2) }
    let half = sinh(x / 2)
    return log1p(2 * half * half)
}

/// ln Σ eˣ of at least one number.
func logSumExp(_ logs: [Double]) -> Double {
    let largest = logs.reduce(-Double.infinity, max)
    guard largest.isFinite else { return largest }
    return largest + log(logs.reduce(0) { $0 + exp($1 - largest) })
}
