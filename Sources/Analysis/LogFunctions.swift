import RealModule

/// Returns ln 2cosh x without overflow.
public func logTwoCosh(_ x: Double) -> Double {
    x.magnitude + .log(onePlus: .exp(-2 * x.magnitude))
}

/// Returns ln cosh x, with full relative precision near 0, where it is x²/2.
public func logCosh(_ x: Double) -> Double {
    guard x.magnitude < 1 else { return logTwoCosh(x) - .log(2) }
    let half = Double.sinh(x / 2)
    return .log(onePlus: 2 * half * half)
}

/// Returns ln Σ eˣ without overflow; −∞ of no numbers.
public func logSumExp(_ logs: [Double]) -> Double {
    let largest = logs.reduce(-Double.infinity, max)
    guard largest.isFinite else { return largest }
    return largest + .log(logs.reduce(0) { $0 + .exp($1 - largest) })
}

/// Returns ln of the mean of eˣ without overflow.
public func logMeanExp(_ logs: [Double]) -> Double {
    logSumExp(logs) - .log(Double(logs.count))
}
