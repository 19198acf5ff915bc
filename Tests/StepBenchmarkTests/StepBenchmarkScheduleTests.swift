import Testing
@testable import StepBenchmark

struct StepBenchmarkScheduleTests {
    @Test("As many steps count as were asked for", arguments: [1, 2, 4, 5, 10, 11, 24, 100, 1003])
    func counted(steps: Int) {
        let schedule = StepBenchmarkSchedule(counted: steps)
        #expect((0..<schedule.total).count { schedule.isCounted($0) } == steps)
        #expect(schedule.isSegmentEnd(schedule.total))
        #expect(!schedule.isSegmentEnd(0))
    }

    @Test("The steps at the start of a segment do not count, all others do")
    func warmUps() {
        // Two segments: 2 warm-ups and 5 steps, 2 warm-ups and 6 steps.
        let schedule = StepBenchmarkSchedule(counted: 11)
        #expect(schedule.segmentEnds == [7, 15])
        let counted = (0..<schedule.total).filter { schedule.isCounted($0) }
        #expect(counted == Array(2..<7) + Array(9..<15))
    }

    @Test("Many steps have five segments; limits have a few samples even of few steps")
    func segments() {
        #expect(StepBenchmarkSchedule(counted: 1).segmentEnds == [3])
        #expect(StepBenchmarkSchedule(counted: 1).repetitions == 3)
        let hundred = StepBenchmarkSchedule(counted: 100)
        #expect(hundred.segmentEnds == [22, 44, 66, 88, 110])
        #expect(hundred.repetitions == 10)
        #expect(StepBenchmarkSchedule(counted: 100_000).repetitions == 50)
    }
}
