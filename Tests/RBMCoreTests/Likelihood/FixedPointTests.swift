import RBMCore
import TestSupport
import Testing

@Suite struct FixedPointTests {
    private func sum(_ values: [Double]) -> FixedPointSum {
        var sum = FixedPointSum()
        for value in values { sum.add(value) }
        return sum
    }

    @Test func theOrderDoesNotMatter() {
        var generator = TestGenerator(seed: 44)
        let values = (0..<10_000).map { _ in 1000 * generator.normal() }
        let exact = values.reduce(0, +)
        #expect(sum(values) == sum(values.shuffled(using: &generator)))
        #expect(abs(sum(values).value - exact) < 10_000 * 0x1p-25)
    }

    @Test func partsAddUp() {
        var generator = TestGenerator(seed: 45)
        let values = (0..<100).map { _ in generator.normal() }
        let parts = sum(Array(values[..<37])).units + sum(Array(values[37...])).units
        #expect(parts == sum(values).units)
    }

    @Test func saturatesInsteadOfTrapping() {
        for value in [Double.infinity, 1e300, .nan] {
            #expect(sum([value, value, value]).value >= 0x1p38)
        }
        #expect(sum([-.infinity, -.infinity, -.infinity]).value <= -0x1p38)
        #expect(sum([]).value == 0)
        // Two that are too large do not cancel to a sum that looks sound.
        #expect(sum([1e300, -1e300]).value >= 0x1p38)
        #expect(sum([-.infinity, .infinity, 1]).value <= -0x1p38)
    }
}
