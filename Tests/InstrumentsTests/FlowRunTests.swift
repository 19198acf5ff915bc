import Testing
@testable import Instruments

struct FlowRunTests {
    @Test func stepsAreMeasuredByDecadesAndAtTheEnd() {
        #expect(FlowRun.measuredSteps(upTo: 1) == [0, 1])
        #expect(FlowRun.measuredSteps(upTo: 10) == [0, 1, 2, 5, 10])
        #expect(FlowRun.measuredSteps(upTo: 64) == [0, 1, 2, 5, 10, 20, 50, 64])
    }
}
