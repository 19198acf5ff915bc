import TestSupport
import Testing

@testable import RBMCore

@Suite struct StatisticsTests {
    @Test func partsFollowEachOtherWithoutGaps() {
        for hasOwnParameters in [false, true] {
            let layout = StatisticsLayout(
                visible: 5, hidden: 3, panelUnits: 5, hasOwnParameters: hasOwnParameters)
            let parts = [
                layout.positiveVisible, layout.negativeVisible, layout.positiveHidden,
                layout.negativeHidden, layout.ownParameters, layout.rider..<layout.rider + 1,
            ]
            #expect(parts.flatMap { Array($0) } == Array(0..<layout.count))
            #expect(parts.map(\.count) == [5, 5, 3, 3, hasOwnParameters ? 5 : 0, 1])
        }
    }

    /// 127 times 258 fits 16 bits, and 127 times 259 does not.
    @Test func productsAreShortWhereNoneCanLeave16Bits() {
        for shape in allShapes where shape.visibleUnits != .gaussian {
            let layer = Layer(shape, frozen: .integer)
            for (rows, isShort) in [(1, true), (258, true), (259, false), (Int.max, false)] {
                let statistics = layer.makeStatistics(panelUnits: 1, rows: rows)
                #expect(statistics.products.isShort == (isShort && shape.encoding == .bits))
            }
        }
    }

    /// 258 rows in which all units are always on: the largest products, exactly, in 16 bits.
    @Test(arguments: [11, 12, 40]) func theLargestShortProductsFit(visible: Int) {
        let shape = LayerSpec(
            visible: visible, hidden: 33, visibleUnits: .bernoulli, hiddenUnits: .bernoulli,
            encoding: .bits)
        let layer = Layer(shape, frozen: .integer)
        var short = layer.makeStatistics(panelUnits: visible, rows: 258)
        var wide = layer.makeStatistics()
        let rows = StepShare(positive: 0..<258, of: 258, negative: 0..<258, of: 258)
        // On in one phase, off in the other: nothing cancels.
        for onPhase in 0..<2 {
            let on = onPhase * 258..<(onPhase + 1) * 258
            let bytes = (0..<516).flatMap {
                [UInt8](repeating: on.contains($0) ? 1 : 0, count: visible)
            }
            let ones = [Float](repeating: 1, count: 516 * 33)
            func collect(_ statistics: inout Statistics) {
                layer.collect(
                    visible: bytes, probabilities: ones, rows: rows,
                    rounding: PhaseRounding(seed: 1, layer: 0, step: 0), into: &statistics)
            }
            collect(&short)
            collect(&wide)
            #expect(short.products.isShort && !wide.products.isShort)
            #expect(short.products.values == wide.products.values)
            let largest = (onPhase == 0 ? 1 : -1) * 127.0 * 258
            #expect(short.products.values.allSatisfy { $0 == largest })
            #expect(short.moments.values == wide.moments.values)
        }
    }

    /// Made, and applied, panel after panel: the parameters are those of all units at once.
    @Test(arguments: [ArithmeticKind.integer, .integerOneByte, .float32], [1, 13, 66, 67])
    func panelsMakeUpTheWhole(kind: ArithmeticKind, panelUnits: Int) {
        let shape = LayerSpec(
            visible: 67, hidden: 29, visibleUnits: .spin, hiddenUnits: .bernoulli, encoding: .bits)
        var generator = TestGenerator(seed: 31)
        let start = generator.parameters(67, 29, weights: 0.3, biases: 0.3)
        let sample = PhaseSample(shape, batch: 21, chains: 16, generator: &generator)
        let options = Optimizer.Options(
            momentum: 0.7, nesterov: true,
            terms: [Sparsity(target: 0.1, cost: 0.2, memory: 0.9), WeightDecay(l2: 0.01)])
        func updated(_ panelUnits: Int) -> (Optimizer, preactivations: [Float]) {
            let layer = Layer(shape, trained: kind, seed: 5, layer: 0)
            layer.load(start)
            var optimizer = Optimizer(options, parameters: start)
            _ = optimizer.lookahead()
            // The whole in 32 bits, panels in 16.
            var statistics = layer.makeStatistics(
                panelUnits: panelUnits, rows: panelUnits == 67 ? 259 : 21)
            layer.collectMoments(
                visible: sample.visible, probabilities: sample.probabilities, rows: sample.rows,
                rounding: PhaseRounding(seed: 21, layer: 0, step: 0), into: &statistics)
            var update = optimizer.begin(
                with: statistics, of: layer, share: sample.rows, rate: 0.1, averaging: true,
                next: Optimizer.NextStep(step: 1, momentum: 0.8))
            for panel in (0..<statistics.panelCount).map({ statistics.panel($0) }) {
                layer.collectProducts(
                    ofVisible: panel, visible: sample.visible, rows: sample.rows, into: &statistics)
                update.apply(statistics)
            }
            _ = optimizer.finish(update)
            var preactivations = [Float](repeating: 0, count: 21 * 29)
            layer.upward(sample.visible, rows: 0..<21, into: &preactivations)
            return (optimizer, preactivations)
        }
        let (panels, panelFields) = updated(panelUnits)
        let (whole, wholeFields) = updated(67)
        let tolerance: Float = kind == .float32 ? 1e-5 : 0
        func areEqual(_ a: [Float], _ b: [Float]) -> Bool {
            a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
        }
        #expect(areEqual(panels.parameters.values, whole.parameters.values))
        #expect(areEqual(panels.velocity!.values, whole.velocity!.values))
        #expect(areEqual(panels.average!.values, whole.average!.values))
        #expect(areEqual(panelFields, wholeFields))
        #expect(panels.parameters.values != start.values)
    }
}
