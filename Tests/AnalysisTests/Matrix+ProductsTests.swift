import Analysis
import Testing

@Suite struct MatrixProductsTests {
    @Test func multipliesLikeTheLoops() {
        let (a, b) = (Matrix.arbitrary(3, 5), Matrix.arbitrary(5, 4))
        #expect((a * b).distance(to: a.timesByLoops(b)) < 1e-14)
        let none = Matrix(rows: 2, columns: 0, elements: [])
        #expect((none * Matrix(rows: 0, columns: 2, elements: [])).elements == [0, 0, 0, 0])
        #expect((Matrix(rows: 0, columns: 5, elements: []) * b).elements == [])
    }

    @Test func addsATransposedProduct() {
        let (a, b) = (Matrix.arbitrary(6, 3), Matrix.arbitrary(6, 4))
        let start = Matrix.arbitrary(3, 4)
        var sum = start
        sum.addTransposed(a, times: b)
        let product = a.transposed.timesByLoops(b)
        let expected = Matrix(rows: 3, columns: 4) { start[$0, $1] + product[$0, $1] }
        #expect(sum.distance(to: expected) < 1e-14)
    }
}
