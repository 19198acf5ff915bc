import Analysis

extension Estimate {
    /// The number and its standard error, for two fields of a report.
    var pair: (value: Double, error: Double) { (value, error) }
}
