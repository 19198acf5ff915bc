import Analysis
import Ising
import Renormalization
import Testing

struct FlowDirectionTests {
    private func direction(
        _ first: Double?, _ last: Double?, error: Double = 0.001
    ) -> FlowDirection {
        FlowDirection(
            from: first.map { Estimate(value: $0, error: error) },
            to: last.map { Estimate(value: $0, error: error) })
    }

    @Test func distancesFromTheCriticalPointDecide() {
        #expect(direction(0.3, 0.4) == .towardCritical)
        #expect(direction(0.8, 0.5) == .towardCritical)
        #expect(direction(0.4, 0.3) == .awayFromCritical)
        #expect(direction(0.5, 0.8) == .awayFromCritical)
        #expect(direction(0.5, 0.4) == .throughCritical)
    }

    @Test func noiseIsNoDirection() {
        #expect(direction(0.3, 0.304) == .resting)
        #expect(direction(0.5, 0.4395) == .towardCritical)
        #expect(direction(0.3, 0.4, error: 0.05) == .resting)
        #expect(direction(nil, 0.4) == .unknown)
        #expect(direction(0.3, nil) == .unknown)
    }
}
