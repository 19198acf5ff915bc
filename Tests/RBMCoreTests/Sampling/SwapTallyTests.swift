import Testing

@testable import RBMCore

@Suite struct SwapTallyTests {
    @Test func sumsOfProcessesAreAddedUp() {
        var (a, b) = (SwapTally(pairs: 2), SwapTally(pairs: 2))
        a.acceptance[0].add(0.5)
        a.acceptance[1].add(0.25)
        a.attempts = 1
        a.roundTrips = 3
        b.acceptance[0].add(1)
        b.acceptance[1].add(0.5)
        b.attempts = 2
        var sum = SwapTally(pairs: 2)
        #expect(sum.shares == [1, 1])
        sum.units = zip(a.units, b.units).map { $0 + $1 }
        #expect(sum.attempts == 3 && sum.roundTrips == 3)
        #expect(sum.shares == [0.5, 0.25])
    }
}
