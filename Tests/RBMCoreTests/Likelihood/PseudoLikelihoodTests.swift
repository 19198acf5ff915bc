import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct PseudoLikelihoodTests {
    /// Σ_i ln p(v_i | the others), each unit flipped by itself.
    private func naive(_ rbm: RBM, _ v: [Double]) -> Double {
        let free = rbm.freeEnergy(ofVisible: v)
        return v.indices.reduce(0) { sum, i in
            var flipped = v
            flipped[i] = rbm.visibleUnits == .spin ? -v[i] : 1 - v[i]
            let ratio = free - rbm.freeEnergy(ofVisible: flipped)
            return sum - max(ratio, 0) - log1p(exp(-abs(ratio)))
        }
    }

    private func check(
        _ rbm: RBM, cases: Int, tolerance: Double, _ generator: inout TestGenerator,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let states = generator.bytes(cases * rbm.visibleCount, .bits)
        let evaluator = LayerEvaluator(rbm, encoding: .bits, arithmetic: .float32)
        let pseudoLikelihood = PseudoLikelihood(rbm)
        var worst = 0.0
        for row in 0..<cases {
            let bytes = Array(states[rowRange(row, of: rbm.visibleCount)])
            var sum = FixedPointSum()
            pseudoLikelihood.add(of: bytes, cases: 1, evaluator: evaluator, to: &sum)
            let exact = naive(rbm, bytes.map { unitValue($0, rbm.visibleUnits, .bits) })
            worst = max(worst, abs(sum.value - exact) / max(1, abs(exact)))
        }
        #expect(worst < tolerance, sourceLocation: sourceLocation)
    }

    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func meetsTheFlipsOfEveryUnit(visible: any UnitKind, hidden: any UnitKind) {
        var generator = TestGenerator(seed: 51)
        for (n, m) in [(1, 1), (5, 3), (67, 29), (20, 130)] {
            check(
                generator.rbm(n, m, visible, hidden), cases: 5, tolerance: 1e-5, &generator)
        }
    }

    /// Weights and biases up to 30, 100 and 1000: fields far beyond what exponentials hold.
    @Test(arguments: UnitKinds.binary, UnitKinds.binary)
    func largeWeightsAreExactToo(visible: any UnitKind, hidden: any UnitKind) {
        var generator = TestGenerator(seed: 52)
        for largest: Float in [10, 30, 100, 1000] {
            for (n, m) in [(1, 1), (2, 1), (3, 3), (12, 7)] {
                var rbm = generator.rbm(n, m, visible, hidden)
                for i in rbm.parameters.values.indices {
                    rbm.parameters.values[i] = Float.random(
                        in: -largest...largest, using: &generator)
                }
                // A field of n such weights has the last bit of float32 at n·largest·10⁻⁷.
                check(
                    rbm, cases: 20, tolerance: max(1e-5, 3e-7 * Double(n) * Double(largest)),
                    &generator)
            }
        }
    }

    /// Four cases go together: whichever they are, and however many, each has the value it has alone.
    @Test(arguments: UnitKinds.binary) func aCaseHasOneValueInAnyCompany(hidden: any UnitKind) {
        var generator = TestGenerator(seed: 53)
        // Unit 30 has large weights in the second machine: there differences of logarithms are added.
        for wideUnit in [nil, 30] {
            var rbm = generator.rbm(39, 50, .spin, hidden)
            if let wideUnit { rbm.parameters[3, wideUnit] = 40 }
            let fields = (0..<(7 * 50)).map { _ in Float(generator.normal()) }
            let states = generator.bytes(7 * 39, .bits)
            let flips = FlipFactors(rbm)
            let alone = (0..<7).flatMap { row in
                flips.values(
                    of: Array(states[rowRange(row, of: 39)]),
                    fields: Array(fields[rowRange(row, of: 50)]), cases: 1)
            }
            for cases in 1...7 {
                let together = flips.values(of: states, fields: fields, cases: cases)
                #expect(together == Array(alone[..<cases]))
            }
        }
    }

    @Test func casesAddUp() {
        var generator = TestGenerator(seed: 53)
        let rbm = generator.rbm(9, 5, .spin, .bernoulli)
        let states = generator.bytes(6 * 9, .bits)
        let evaluator = LayerEvaluator(rbm, encoding: .bits, arithmetic: .integer)
        let pseudoLikelihood = PseudoLikelihood(rbm)
        var whole = FixedPointSum()
        pseudoLikelihood.add(of: states, cases: 6, evaluator: evaluator, to: &whole)
        var parts = FixedPointSum()
        for rows in [4..<6, 0..<4] {
            pseudoLikelihood.add(
                of: Array(states[(rows.lowerBound * 9)..<(rows.upperBound * 9)]),
                cases: rows.count, evaluator: evaluator, to: &parts)
        }
        #expect(parts == whole)
    }

    /// Independent units: the pseudo-likelihood is the likelihood.
    @Test(arguments: UnitKinds.binary)
    func ofIndependentUnitsItIsTheLogLikelihood(kind: any UnitKind) throws {
        var generator = TestGenerator(seed: 54)
        let rbm = generator.rbm(6, 2, kind, .spin, weights: 0, biases: 1)
        let bytes = generator.bytes(6, .bits)
        var sum = FixedPointSum()
        PseudoLikelihood(rbm).add(
            of: bytes, cases: 1,
            evaluator: LayerEvaluator(rbm, encoding: .bits, arithmetic: .integer), to: &sum)
        let v = bytes.map { unitValue($0, kind, .bits) }
        let logPartition = try #require(Enumeration(rbm)).logPartition
        #expect(abs(sum.value + rbm.freeEnergy(ofVisible: v) + logPartition) < 1e-5)
    }
}
