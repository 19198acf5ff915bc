import Testing

@testable import Runs

@Suite struct TimeLeftTests {
    @Test func aStackTakesWhatItsLayersTake() throws {
        // The second layer costs three times as much a step.
        var left = TimeLeft([(100, 1), (50, 3)])
        #expect(left.seconds(step: 1, at: .seconds(1)) == nil)
        left.begin(0, step: 20, at: .seconds(10))
        #expect(left.seconds(step: 20, at: .seconds(11)) == nil)
        // 20 steps in 2 s: 60 more take 6 s, and 50 steps of the other layer 15 s.
        let found = try #require(left.seconds(step: 40, at: .seconds(12)))
        #expect(abs(found - 21) < 1e-9)
        // The pace is that of the layer in training, since it began.
        left.begin(1, step: 0, at: .seconds(100))
        let second = try #require(left.seconds(step: 10, at: .seconds(105)))
        #expect(abs(second - 20) < 1e-9)
        #expect(left.seconds(step: 50, at: .seconds(125)) == 0)
    }
}
