import Testing

@testable import RBMCore

@Suite struct IntervalTests {
    @Test func intervalsCountSteps() {
        #expect(Interval.steps(7).steps(perEpoch: 100) == 7)
        #expect(Interval.epochs(2).steps(perEpoch: 101) == 202)
        #expect(Interval.epochs(0.5).steps(perEpoch: 101) == 51)
        #expect(Interval.epochs(0.001).steps(perEpoch: 10) == 1)
        #expect(Interval.epochs(0).steps(perEpoch: 10) == 0)
        #expect(Interval.epochs(1e9).steps(perEpoch: Int.max) == Int.max)
        #expect(Interval.minutes(1).steps(perEpoch: 10) == nil)
        #expect(Interval.steps(0).isEmpty && Interval.epochs(0).isEmpty)
        #expect(!Interval.minutes(0.1).isEmpty)
    }
}
