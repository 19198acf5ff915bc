import Testing

@testable import RBMCore

@Suite struct StatisticsTests {
    @Test func partsFollowEachOtherWithoutGaps() {
        let layout = StatisticsLayout(visible: 5, hidden: 3)
        #expect(layout.positiveVisible == 15..<20)
        #expect(layout.negativeVisible == 20..<25)
        #expect(layout.positiveHidden == 25..<28)
        #expect(layout.negativeHidden == 28..<31)
        #expect(layout.moments == 15..<31)
        #expect(layout.count == 31)
    }

    @Test func oneBufferIsInUse() {
        let integer = Statistics(allShapes[0], integers: true)
        #expect(integer.integers.count == integer.layout.count && integer.floats.isEmpty)
        let float = Statistics(allShapes[0], integers: false)
        #expect(float.floats.count == float.layout.count && float.integers.isEmpty)
    }
}
