import Analysis
import Testing

@Suite struct SingularValueDecompositionTests {
    @Test(arguments: [(7, 4), (4, 7), (6, 6), (1, 5), (5, 1), (60, 60)])
    func singularValuesGiveTheMatrixBack(m: Int, n: Int) throws {
        let a = Matrix.arbitrary(m, n)
        let svd = try a.singularValueDecomposition()
        let k = min(m, n)
        #expect(svd.values.count == k && svd.values == svd.values.sorted(by: >))
        let scaled = Matrix(rows: m, columns: k) { svd.u[$0, $1] * svd.values[$1] }
        #expect(scaled.timesByLoops(svd.vt).distance(to: a) < 1e-12)
        let overlaps = [
            svd.u.transposed.timesByLoops(svd.u),
            svd.vt.timesByLoops(svd.vt.transposed),
        ]
        for overlap in overlaps { #expect(overlap.distance(to: .identity(k)) < 1e-12) }
    }

    @Test func singularValuesOfTwoByTwo() throws {
        // The singular values √45 and √5 have the product 15 and squares of the sum 50.
        let svd = try Matrix([[3, 0], [4, 5]]).singularValueDecomposition()
        #expect(abs(svd.values[0] - 45.0.squareRoot()) < 1e-14)
        #expect(abs(svd.values[1] - 5.0.squareRoot()) < 1e-14)
        let none = try Matrix(rows: 0, columns: 3, elements: []).singularValueDecomposition()
        #expect(none.values == [] && none.vt.columns == 3)
    }
}
