import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct Float32WeightProductsTests {
    @Test(arguments: allShapes)
    func preactivationsAgreeWithDoubles(shape: LayerSpec) {
        var generator = TestGenerator(seed: 17)
        let rbm = generator.rbm(shape.visible, shape.hidden, shape.visibleUnits, shape.hiddenUnits)
        let naive = NaiveRBM(rbm)
        let arithmetic = Layer(shape, frozen: .float32)
        arithmetic.load(rbm.parameters)
        let (n, m, rows) = (shape.visible, shape.hidden, 2..<9)

        let visible = generator.bytes(rows.upperBound * n, shape.encoding)
        var up = [Float](repeating: 7, count: rows.upperBound * m)
        arithmetic.upward(visible, rows: rows, into: &up)
        #expect(up[..<(rows.lowerBound * m)].allSatisfy { $0 == 7 })
        for row in rows {
            let v = unitValues(visible, row: row, of: n, shape.visibleUnits, shape.encoding)
            let fields = up[rowRange(row, of: m)].map { Double($0) }
            #expect(largestDifference(fields, naive.hiddenFields(v)) < 1e-5)
        }

        for encoding in [StateEncoding.bits, .levels] {
            let hidden = generator.bytes(rows.upperBound * m, encoding)
            var down = [Float](repeating: 7, count: rows.upperBound * n)
            arithmetic.downward(hidden, encoding: encoding, rows: rows, into: &down)
            #expect(down[..<(rows.lowerBound * n)].allSatisfy { $0 == 7 })
            for row in rows {
                let h = unitValues(hidden, row: row, of: m, shape.hiddenUnits, encoding)
                let fields = down[rowRange(row, of: n)].map { Double($0) }
                #expect(largestDifference(fields, naive.visibleFields(h)) < 1e-5)
            }
        }
    }

    @Test(arguments: allShapes, [(5, 5), (4, 9), (9, 4), (1, 100)])
    func gradientsAgreeWithDoubles(shape: LayerSpec, counts: (batch: Int, chains: Int)) {
        var generator = TestGenerator(seed: 18)
        let sample = PhaseSample(
            shape, batch: counts.batch, chains: counts.chains, generator: &generator)
        let arithmetic = Layer(shape, frozen: .float32)
        let gradient = arithmetic.gradient(
            from: arithmetic.statistics(of: sample), counts: sample.rows)
        #expect(largestDifference(gradient, sample.gradient(hidden: sample.hiddenMeans)) < 1e-5)
    }

    @Test func theSameArithmeticServesFewerAndMoreRows() {
        var generator = TestGenerator(seed: 19)
        let shape = allShapes[0]
        let arithmetic = Layer(shape, frozen: .float32)
        for (batch, chains) in [(20, 20), (2, 20), (20, 3), (30, 40), (1, 1)] {
            let sample = PhaseSample(shape, batch: batch, chains: chains, generator: &generator)
            let gradient = arithmetic.gradient(
                from: arithmetic.statistics(of: sample), counts: sample.rows)
            #expect(
                largestDifference(gradient, sample.gradient(hidden: sample.hiddenMeans)) < 1e-5)
        }
    }
}
