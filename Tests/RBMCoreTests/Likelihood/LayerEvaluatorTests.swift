import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct LayerEvaluatorTests {
    /// Weights that two bytes hold exactly: then both arithmetics measure the same machine.
    private func evaluator(
        _ shape: LayerSpec, _ kind: ArithmeticKind, _ generator: inout TestGenerator,
        biases: Double = 0.4
    ) -> LayerEvaluator {
        LayerEvaluator(
            generator.rbm(
                shape.visible, shape.hidden, shape.visibleUnits, shape.hiddenUnits, weights: 0.3,
                biases: biases),
            encoding: shape.encoding, arithmetic: kind)
    }

    /// Cases of factors 2, 0 and 1 are the first one twice and the last one.
    @Test(arguments: allShapes) func casesCountByTheirFactors(shape: LayerSpec) {
        var generator = TestGenerator(seed: 47)
        let evaluator = evaluator(shape, .integer, &generator)
        let states = generator.bytes(3 * shape.visible, shape.encoding)
        let row = states.count / 3
        func sums(_ states: [UInt8], _ factors: [Double]? = nil) -> [Int64] {
            var sums = CaseMeasures(hidden: shape.hidden)
            evaluator.addFreeEnergies(of: states, cases: 3, factors: factors, to: &sums)
            evaluator.addCrossEntropies(of: states, cases: 3, factors: factors, to: &sums)
            return sums.units
        }
        let repeated = sums(Array(states[..<row] + states[..<row] + states[(2 * row)...]))
        // Both are rounded to 2⁻²⁴ and 2⁻¹⁶; real units have the last bits of float32 besides.
        for (found, exact) in zip(sums(states, [2, 0, 1]), repeated) {
            #expect(abs(found - exact) < 64)
        }
    }

    @Test(arguments: allShapes, ArithmeticKind.allCases)
    func freeEnergiesAreThoseOfTheReference(shape: LayerSpec, kind: ArithmeticKind) {
        var generator = TestGenerator(seed: 46)
        let evaluator = evaluator(shape, kind, &generator)
        let cases = 17
        let states = generator.bytes(cases * shape.visible, shape.encoding)
        let exact = (0..<cases).map { row in
            evaluator.machine.own.freeEnergy(
                ofVisible: unitValues(
                    states, row: row, of: shape.visible, shape.visibleUnits, shape.encoding))
        }
        let values = evaluator.freeEnergies(of: states, cases: cases)
        let worst = zip(values, exact).reduce(0) { max($0, abs($1.0 - $1.1) / max(1, abs($1.1))) }
        #expect(worst < 1e-5)

        var sums = CaseMeasures(hidden: shape.hidden)
        evaluator.addFreeEnergies(of: states, cases: cases, to: &sums)
        #expect(abs(sums.freeEnergy.value / exact.reduce(0, +) - 1) < 1e-5)
        let activities = (0..<shape.hidden).map { j in
            (0..<cases).reduce(0.0) { sum, row in
                let v = unitValues(
                    states, row: row, of: shape.visible, shape.visibleUnits, shape.encoding)
                let mean = shape.hiddenUnits.mean(
                    field: evaluator.machine.own.hiddenPreactivations(given: v)[j])
                return sum + (shape.hiddenUnits == .spin ? (mean + 1) / 2 : mean)
            }
        }
        // Each case rounds to 2⁻¹⁶.
        #expect(
            largestDifference(sums.activity.map { Double($0) * 0x1p-16 }, activities)
                < Double(cases) * 1e-5)
    }

    @Test(arguments: allShapes, ArithmeticKind.allCases)
    func crossEntropiesAreThoseOfTheMeanFieldReconstruction(
        shape: LayerSpec, kind: ArithmeticKind
    ) {
        var generator = TestGenerator(seed: 47)
        let evaluator = evaluator(shape, kind, &generator)
        let cases = 9
        let states = generator.bytes(cases * shape.visible, shape.encoding)
        let means = Array(
            evaluator.hiddenMeans(of: states, cases: cases)[..<(cases * shape.hidden)])
        var exact = 0.0
        var worstMean = 0.0
        for row in 0..<cases {
            let v = unitValues(
                states, row: row, of: shape.visible, shape.visibleUnits, shape.encoding)
            let h = unitValues(means, row: row, of: shape.hidden, shape.hiddenUnits, .levels)
            for (mean, x) in zip(h, evaluator.machine.own.hiddenPreactivations(given: v)) {
                worstMean = max(worstMean, abs(mean - shape.hiddenUnits.mean(field: x)))
            }
            for (x, value) in zip(evaluator.machine.own.visiblePreactivations(given: h), v) {
                // −t ln p − (1 − t) ln(1 − p) with the share t of the upper value.
                let isSpin = shape.visibleUnits == .spin
                let p = 1 / (1 + exp(-(isSpin ? 2 : 1) * x))
                let t = isSpin ? (value + 1) / 2 : value
                exact -= t * log(p) + (1 - t) * log(1 - p)
            }
        }
        // Half a step of a byte; a spin's mean has twice the range.
        #expect(worstMean < (shape.hiddenUnits == .spin ? 1 : 0.5) / 127 + 1e-5)
        var sums = CaseMeasures()
        evaluator.addCrossEntropies(of: states, cases: cases, to: &sums)
        #expect(abs(sums.crossEntropy.value / exact - 1) < 1e-5)
    }

    @Test(arguments: allShapes)
    func sumsDoNotDependOnTheDivisionOfTheCases(shape: LayerSpec) {
        var generator = TestGenerator(seed: 48)
        let evaluator = evaluator(shape, .integer, &generator)
        let cases = 20
        let states = generator.bytes(cases * shape.visible, shape.encoding)
        func sums(_ parts: [Range<Int>]) -> CaseMeasures {
            var sums = CaseMeasures(hidden: shape.hidden)
            for part in parts {
                let rows = rowRange(part.lowerBound, of: shape.visible).lowerBound
                let end = part.upperBound * shape.visible
                let bytes = Array(states[rows..<end])
                evaluator.addFreeEnergies(of: bytes, cases: part.count, to: &sums)
                evaluator.addCrossEntropies(of: bytes, cases: part.count, to: &sums)
            }
            return sums
        }
        #expect(sums([13..<20, 0..<1, 1..<1, 1..<13]) == sums([0..<20]))
    }

    @Test(arguments: ArithmeticKind.allCases)
    func probabilitiesAndFieldsAreOfTheHiddenUnits(kind: ArithmeticKind) {
        var generator = TestGenerator(seed: 49)
        let shape = allShapes[2]
        let evaluator = evaluator(shape, kind, &generator)
        let states = generator.bytes(3 * shape.visible, shape.encoding)
        let fields = evaluator.preactivations(of: states, cases: 3)
        let probabilities = evaluator.hiddenProbabilities(of: states, cases: 3)
        for row in 0..<3 {
            let v = unitValues(
                states, row: row, of: shape.visible, shape.visibleUnits, shape.encoding)
            let exact = evaluator.machine.own.hiddenPreactivations(given: v)
            let range = rowRange(row, of: shape.hidden)
            #expect(largestDifference(fields[range].map { Double($0) }, exact) < 1e-5)
            #expect(
                largestDifference(
                    probabilities[range].map { shape.hiddenUnits.value(Double($0)) },
                    exact.map { shape.hiddenUnits.mean(field: $0) }) < 1e-5)
        }
    }

    @Test(arguments: UnitKinds.binary, ArithmeticKind.allCases)
    func freeEnergiesAreFiniteAtPreactivationsOfAThousand(
        unit: any UnitKind, kind: ArithmeticKind
    ) {
        for bias: Float in [1000, -1000] {
            let parameters = Parameters(
                weights: [0.5, 0.5], visibleBias: [0], hiddenBias: [bias, bias])
            let evaluator = LayerEvaluator(
                RBM(visibleUnits: unit, hiddenUnits: unit, parameters: parameters), encoding: .bits,
                arithmetic: kind)
            let exact = unit == .spin ? -2000.0 - (bias > 0 ? 1 : -1) : (bias > 0 ? -2001 : 0)
            #expect(abs(evaluator.freeEnergies(of: [1], cases: 1)[0] - exact) < 1e-3)
        }
    }

    /// Z cancels: the gap of mean free energies is the difference of mean log-likelihoods.
    @Test(.slow, arguments: UnitKinds.binary, UnitKinds.binary)
    func theFreeEnergyGapIsTheGapOfTheLogLikelihoods(
        visible: any UnitKind, hidden: any UnitKind
    ) throws {
        var generator = TestGenerator(seed: 50)
        let rbm = generator.rbm(10, 6, visible, hidden)
        let naive = NaiveRBM(rbm)
        let cases = (0..<50).map { _ in naive.visibleStates.randomElement(using: &generator)! }
        let train = Array(cases[..<30])
        let heldOut = Array(cases[30...])
        func mean(_ cases: [[Double]], _ value: ([Double]) -> Double) -> Double {
            cases.reduce(0) { $0 + value($1) } / Double(cases.count)
        }
        let freeEnergy = rbm.freeEnergy(ofVisible:)
        let gap = mean(heldOut, freeEnergy) - mean(train, freeEnergy)
        let probabilities = naive.visibleProbabilities
        let number = Dictionary(
            uniqueKeysWithValues: naive.visibleStates.enumerated().map { ($1, $0) })
        let logLikelihood = { log(probabilities[number[$0]!]) }
        #expect(abs(gap - (mean(train, logLikelihood) - mean(heldOut, logLikelihood))) < 1e-12)
    }
}
