import Testing
@testable import DistributedTraining

@Suite struct ValueCountsTests {
    /// Values of both signs, of all sizes, and zero.
    private let values: [Float] =
        [0, -0.0, 1, -1, 1.0625, 1.124, 1.125, .leastNonzeroMagnitude, -3e38, 1e-3]
        + (1..<500).map {
            Float($0 * $0 % 97 - 40) * 0.013
        }

    @Test func everyValueLiesInItsBin() {
        var counts = ValueCounts()
        counts.add(values)
        let bins = counts.bins
        #expect(bins.reduce(0) { $0 + $1.count } == values.count)
        var lower = -Double.infinity
        for bin in bins {
            // A magnitude on an edge is in the bin that is farther from zero.
            let inside = values.count { value in
                let number = Double(value)
                return value.sign == .minus
                    ? lower < number && number <= bin.limit : lower <= number && number < bin.limit
            }
            #expect(inside == bin.count, "between \(lower) and \(bin.limit)")
            #expect(lower < bin.limit)
            lower = bin.limit
        }
    }

    @Test func binsAreAtMostAnEighthWide() {
        var counts = ValueCounts()
        counts.add([1.0, 1.06, 1.125, -2.5])
        #expect(counts.bins.map(\.limit) == [-2.75, -2.5, 1, 1.125, 1.25])
        #expect(counts.bins.map(\.count) == [0, 1, 0, 2, 1])
    }

    @Test func extremesAndSumsAreThoseOfTheValues() {
        var (whole, parts) = (ValueCounts(), ValueCounts())
        whole.add(values)
        for value in values { parts.add([value]) }
        #expect(whole == parts)
        #expect(whole.count == values.count)
        #expect(whole.minimum == values.map(Double.init).min())
        #expect(whole.maximum == values.map(Double.init).max())
        #expect(whole.sum == values.reduce(0.0) { $0 + Double($1) })
        #expect(whole.sumOfSquares == values.reduce(0.0) { $0 + Double($1) * Double($1) })
    }

    @Test func nothingHasNoBins() {
        let none = ValueCounts()
        #expect(none.bins.isEmpty && none.count == 0 && none.minimum == 0)
    }
}
