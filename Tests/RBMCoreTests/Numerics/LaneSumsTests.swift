import TestSupport
import Testing

@testable import RBMCore

@Suite struct LaneSumsTests {
    /// Lengths around whole rounds of the lanes; values whose sums are exact in doubles.
    @Test(arguments: [0, 1, 7, 8, 9, 31, 32, 33, 47, 63, 64, 65, 1000])
    func sumsAreThoseOfOneLoop(count: Int) {
        var generator = TestGenerator(seed: 22)
        let values = (0..<count).map { _ in
            Float.random(in: -1000...1000, using: &generator).rounded()
        }
        let doubles = values.map { Double($0) }
        let sum = laneSum(values.span)
        #expect(sum == doubles.reduce(0, +))
        let joined = joinedLaneSum(values.span)
        #expect(joined == doubles.reduce(0, +))
        let squares = sumOfSquares(values.span)
        #expect(squares == doubles.reduce(0) { $0 + $1 * $1 })
        // Squares of so few bits are exact in floats, too.
        let small = values.map { ($0 / 100).rounded() }
        let floatSquares = floatSumOfSquares(small.span)
        #expect(floatSquares == small.reduce(0) { $0 + $1 * $1 })
    }

    /// Small terms beside large ones are kept, where a float sum would lose them.
    @Test func sumsAreInDoublePrecision() {
        let values: [Float] = [1e8] + [Float](repeating: 1, count: 99) + [-1e8]
        let sum = laneSum(values.span)
        #expect(sum == 99)
        let joined = joinedLaneSum(values.span)
        #expect(joined == 99)
    }

    /// Of whole numbers every order of the sum is exact, for lengths about the width of the lanes.
    @Test(arguments: [0, 1, 15, 16, 17, 100]) func dotOfWholeNumbersIsExact(count: Int) {
        var generator = TestGenerator(seed: 12)
        let (a, b) = (generator.bytes(count, .levels), generator.bytes(count, .levels))
        let exact = zip(a, b).reduce(0) { $0 + Int($1.0) * Int($1.1) }
        let (x, y) = (a.map { Float($0) }, b.map { Float($0) })
        #expect(laneDot(x.span, y.span) == Double(exact))
    }
}
