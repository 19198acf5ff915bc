/// Returns the number in an interval from which on a property holds, exact to rounding.
///
/// Halves the interval until its ends are neighbours. The property must hold at the upper end only.
func bisect(_ interval: ClosedRange<Double>, holds: (Double) -> Bool) -> Double {
    var (low, high) = (interval.lowerBound, interval.upperBound)
    while true {
        let middle = low + (high - low) / 2
        guard middle > low, middle < high else { return middle }
        if holds(middle) { high = middle } else { low = middle }
    }
}
