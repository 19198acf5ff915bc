import RandomStreams
import TestSupport
import Testing

@testable import RBMCore

@Suite struct LayerTests {
    @Test(arguments: ArithmeticKind.allCases)
    func everyKindIsMade(kind: ArithmeticKind) {
        let arithmetic = Layer(allShapes[3], trained: kind, seed: 1, layer: 0)
        #expect(arithmetic.arithmetic == kind)
        #expect(arithmetic.shape == allShapes[3])
        // What is not trained never uses one byte.
        let frozen = Layer(allShapes[3], frozen: kind)
        #expect(frozen.arithmetic == (kind == .float32 ? .float32 : .integer))
    }

    @Test func sharesOfAStepKeepTheirPlaces() {
        let rows = StepShare(positive: 3..<7, of: 10, negative: 5..<5, of: 8)
        #expect(rows.positive == 4 && rows.firstPositive == 3 && rows.globalPositive == 10)
        #expect(rows.negative == 0 && rows.firstNegative == 5 && rows.globalNegative == 8)
    }

    /// A layer without rows on this process gives zero, whatever the statistics held before.
    @Test(arguments: ArithmeticKind.allCases)
    func anEmptyShareIsZero(kind: ArithmeticKind) {
        var generator = TestGenerator(seed: 20)
        let arithmetic = Layer(allShapes[0], trained: kind, seed: 1, layer: 0)
        let sample = PhaseSample(allShapes[0], batch: 4, chains: 3, generator: &generator)
        var statistics = arithmetic.statistics(of: sample)
        arithmetic.collect(
            visible: sample.visible, probabilities: sample.probabilities,
            rows: StepShare(positive: 4..<4, of: 4, negative: 3..<3, of: 3),
            rounding: PhaseRounding(seed: 21, layer: 0, step: 0), into: &statistics)
        #expect(statistics.products.values.allSatisfy { $0 == 0 })
        #expect(statistics.moments.values.allSatisfy { $0 == 0 })
    }

    /// Likewise in 16 bits.
    @Test func anEmptyShareOfShortProductsIsZero() {
        var generator = TestGenerator(seed: 21)
        let arithmetic = Layer(allShapes[0], trained: .integer, seed: 1, layer: 0)
        let sample = PhaseSample(allShapes[0], batch: 4, chains: 3, generator: &generator)
        var statistics = arithmetic.makeStatistics(panelUnits: allShapes[0].visible, rows: 4)
        statistics.products.withInt16 { for i in $0.indices { $0[i] = 5 } }
        arithmetic.collect(
            visible: sample.visible, probabilities: sample.probabilities,
            rows: StepShare(positive: 4..<4, of: 4, negative: 3..<3, of: 3),
            rounding: PhaseRounding(seed: 21, layer: 0, step: 0), into: &statistics)
        #expect(statistics.products.isShort)
        #expect(statistics.products.values.allSatisfy { $0 == 0 })
    }

    // MARK: What is made in one sweep

    private struct Machine {
        let arithmetic: Layer
        let shape: LayerSpec

        /// Wider than what is computed at a time, in both directions.
        init(_ kind: ArithmeticKind, _ units: any UnitKind, _ generator: inout TestGenerator) {
            shape = LayerSpec(
                visible: 333, hidden: 290, visibleUnits: units, hiddenUnits: units, encoding: .bits)
            arithmetic = Layer(shape, trained: kind, seed: 1, layer: 0)
            arithmetic.load(
                generator.parameters(shape.visible, shape.hidden, weights: 0.1, biases: 0.3))
        }
    }

    @Test(arguments: ArithmeticKind.allCases, UnitKinds.binary)
    func hiddenProbabilitiesAreThoseOfThePreactivations(kind: ArithmeticKind, units: any UnitKind) {
        var generator = TestGenerator(seed: 22)
        let machine = Machine(kind, units, &generator)
        let (shape, arithmetic) = (machine.shape, machine.arithmetic)
        let states = generator.bytes(40 * shape.visible, .bits)
        for rows in [0..<40, 3..<4, 5..<30] {
            var expected = [Float](repeating: 7, count: 40 * shape.hidden)
            var found = expected
            arithmetic.upward(states, rows: rows, into: &expected)
            activate(units, units: shape.hidden, rows: rows, &expected)
            arithmetic.hiddenProbabilities(states, rows: rows, into: &found)
            #expect(found == expected)
        }
    }

    @Test(arguments: ArithmeticKind.allCases, UnitKinds.binary)
    func visibleStatesAreDrawnFromTheirProbabilities(kind: ArithmeticKind, units: any UnitKind) {
        var generator = TestGenerator(seed: 23)
        let machine = Machine(kind, units, &generator)
        let (shape, arithmetic) = (machine.shape, machine.arithmetic)
        let hidden = generator.bytes(40 * shape.hidden, .bits)
        let stream = RandomStream(seed: 3, .visibleState(layer: 0, step: 9, sweep: 0))
        for (rows, target) in [(0..<40, 2), (3..<4, 0), (5..<30, 17)] {
            var probabilities = [Float](repeating: 0, count: 40 * shape.visible)
            var expected = [UInt8](repeating: 9, count: 42 * shape.visible)
            var found = expected
            arithmetic.downward(hidden, encoding: .bits, rows: rows, into: &probabilities)
            activate(units, units: shape.visible, rows: rows, &probabilities)
            sample(
                probabilities, rows: rows, units: shape.visible, one: 1, stream: stream,
                firstRow: 100, into: &expected, at: target)
            arithmetic.drawVisible(
                given: hidden, rows: rows, stream: stream, firstRow: 100, into: &found, at: target)
            #expect(found == expected)
        }
    }

    /// Rows of several temperatures are drawn as each of them alone, from fields that are mixed with those
    /// of a base model.
    @Test(arguments: ArithmeticKind.allCases, UnitKinds.binary)
    func rowsOfSeveralTemperaturesAreDrawnTogether(kind: ArithmeticKind, units: any UnitKind) {
        var generator = TestGenerator(seed: 24)
        let machine = Machine(kind, units, &generator)
        let (shape, arithmetic) = (machine.shape, machine.arithmetic)
        let hidden = generator.bytes(40 * shape.hidden, .bits)
        let base = (0..<shape.visible).map { _ in Float(generator.normal()) }
        let draws = (0..<40).map { row in
            MixedDraw(
                own: Float(row) / 40, rest: 1 - Float(row) / 40,
                stream: RandomStream(seed: 3, .visibleState(layer: 0, step: row % 3, sweep: 0)),
                row: 100 + row)
        }
        var found = [UInt8](repeating: 9, count: 40 * shape.visible)
        arithmetic.drawVisible(given: hidden, mixedWith: base, draws, into: &found)
        var fields = [Float](repeating: 0, count: 40 * shape.visible)
        arithmetic.downward(hidden, encoding: .bits, rows: 0..<40, into: &fields)
        for (row, draw) in draws.enumerated() {
            for unit in 0..<shape.visible {
                let place = row * shape.visible + unit
                fields[place] = draw.own * fields[place] + draw.rest * base[unit]
            }
            activate(units, units: shape.visible, rows: row..<(row + 1), &fields)
            var expected = [UInt8](repeating: 9, count: shape.visible)
            sample(
                fields, rows: row..<(row + 1), units: shape.visible, one: 1, stream: draw.stream,
                firstRow: draw.row, into: &expected, at: 0)
            let states = found[(row * shape.visible)..<((row + 1) * shape.visible)]
            #expect(Array(states) == expected, "row \(row)")
        }
    }
}
