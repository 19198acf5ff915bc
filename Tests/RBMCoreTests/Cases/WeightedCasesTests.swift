import Testing

@testable import RBMCore

@Suite struct WeightedCasesTests {
    /// Cases of one bit.
    private func numbers(_ weights: [Double], draw: Int) throws -> [Int] {
        let source = MemoryCases([UInt8](repeating: 0, count: weights.count), visible: 1)
        let cases = try #require(WeightedCases(source, weights: weights, seed: 3))
        return cases.numbers(of: Array(0..<cases.count), draw: draw)
    }

    @Test func wholeWeightsRepeatCasesInAllDraws() throws {
        for draw in 0..<20 {
            #expect(try numbers([0, 2, 1, 0, 3, 0], draw: draw) == [1, 1, 2, 4, 4, 4])
            #expect(try numbers([1, 1, 1], draw: draw) == [0, 1, 2])
        }
    }

    @Test func otherWeightsAreMetInProportion() throws {
        let weights = [0.5, 0, 2.25, 0.25, 1, 1]
        var counts = [Int](repeating: 0, count: 6)
        let draws = 4000
        for draw in 1...draws {
            let met = try numbers(weights, draw: draw)
            #expect(met.count == 6 && met == met.sorted())
            for number in met { counts[number] += 1 }
        }
        let total = weights.reduce(0, +)
        for (count, weight) in zip(counts, weights) {
            let mean = 6 * weight / total
            // A count of a draw varies by less than 1.
            #expect(abs(Double(count) / Double(draws) - mean) < 5 / Double(draws).squareRoot())
            if mean == 0 { #expect(count == 0) }
        }
    }

    @Test func nothingHasNoWeight() {
        let source = MemoryCases([0, 1], visible: 1)
        #expect(WeightedCases(source, weights: [0, 0], seed: 1) == nil)
        #expect(WeightedCases(source, weights: [0x1p31, 0x1p31], seed: 1) == nil)
        #expect(WeightedCases(source, weights: [.leastNonzeroMagnitude, 0], seed: 1)?.count == 2)
    }
}
