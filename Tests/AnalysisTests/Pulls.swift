/// Returns the mean and the standard deviation of deviations in units of their errors.
func meanAndDeviation(_ pulls: [Double]) -> (mean: Double, deviation: Double) {
    let count = Double(pulls.count)
    let mean = pulls.reduce(0, +) / count
    let squares = pulls.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / (count - 1)).squareRoot())
}
