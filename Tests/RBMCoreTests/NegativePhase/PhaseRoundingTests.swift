import RandomStreams
import Testing

@testable import RBMCore

@Suite struct PhaseRoundingTests {
    @Test func everyPhaseStepLayerAndSeedHasItsOwnNumbers() {
        let roundings = [
            PhaseRounding(seed: 1, layer: 0, step: 0), PhaseRounding(seed: 1, layer: 0, step: 1),
            PhaseRounding(seed: 1, layer: 1, step: 0), PhaseRounding(seed: 2, layer: 0, step: 0),
        ]
        let words = roundings.flatMap { [$0.positive, $0.negative] }.map { stream in
            (0..<4).map { stream.word(row: 3, unit: $0) }
        }
        #expect(Set(words).count == 8)
    }
}
