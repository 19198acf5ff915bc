import TestSupport
import Testing

@testable import RBMCore

@Suite struct LayerArithmeticTests {
    @Test(arguments: ArithmeticKind.allCases)
    func everyKindIsMade(kind: ArithmeticKind) {
        let arithmetic = makeTrainingArithmetic(kind, allShapes[3], seed: 1, layer: 0)
        #expect(arithmetic.kind == kind)
        #expect(arithmetic.shape == allShapes[3])
        // What is not trained never uses one byte.
        let frozen = makeArithmetic(kind, allShapes[3])
        #expect(frozen.kind == (kind == .float32 ? .float32 : .integer))
    }

    @Test func sharesOfAStepKeepTheirPlaces() {
        let rows = PhaseRows(positive: 3..<7, of: 10, negative: 5..<5, of: 8)
        #expect(rows.positive == 4 && rows.firstPositive == 3 && rows.globalPositive == 10)
        #expect(rows.negative == 0 && rows.firstNegative == 5 && rows.globalNegative == 8)
    }

    /// A layer without rows on this process gives zero, whatever the statistics held before.
    @Test(arguments: ArithmeticKind.allCases)
    func anEmptyShareIsZero(kind: ArithmeticKind) {
        var generator = TestGenerator(seed: 20)
        let arithmetic = makeArithmetic(kind, allShapes[0])
        let sample = PhaseSample(allShapes[0], batch: 4, chains: 3, generator: &generator)
        var statistics = arithmetic.statistics(of: sample)
        arithmetic.collect(
            visible: sample.visible, probabilities: sample.probabilities,
            rows: PhaseRows(positive: 4..<4, of: 4, negative: 3..<3, of: 3),
            rounding: PhaseRounding(seed: 21, layer: 0, step: 0), into: &statistics)
        #expect(statistics.integers.allSatisfy { $0 == 0 })
        #expect(statistics.floats.allSatisfy { $0 == 0 })
    }
}
