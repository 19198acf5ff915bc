import Testing
@testable import StepBenchmark

struct StepBenchmarkTimesTests {
    @Test(
        "The median is the middle, whatever the order",
        arguments: [
            ([], 0), ([7], 7), ([3, 1], 2), ([9, 1, 5], 5), ([1, 100, 2, 3], 2.5),
            ([5, 5, 5, 1, 900], 5),
        ] as [([Double], Double)])
    func medians(values: [Double], middle: Double) {
        #expect(median(values) == middle)
    }

    @Test("Product times have medians of their own")
    func productTimes() {
        let times = [(1.0, 9.0), (3, 8), (2, 1)].map {
            ProductTimes(products: $0, statistics: $1)
        }
        #expect(times.medians == ProductTimes(products: 2, statistics: 8))
        #expect(times.medians.total == 10)
        #expect([ProductTimes]().medians.total == 0)
    }

    @Test("A thread that computes uses time of its core")
    func threadTime() {
        let before = threadSeconds()
        var sum = 0.0
        for i in 0..<2_000_000 { sum += 1 / Double(i + 1) }
        #expect(sum > 15)
        #expect(threadSeconds() > before)
    }
}
