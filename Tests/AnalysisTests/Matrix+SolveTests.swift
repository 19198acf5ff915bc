import Analysis
import Testing

@Suite struct MatrixSolveTests {
    @Test func solvesWithARowExchange() throws {
        let a = Matrix([[0, 2, 1], [1, 0, 3], [4, 1, 0]])
        let x = Matrix([[1, 2], [-1, 0], [2, -7]])
        let solution = try #require(a.solve(a.timesByLoops(x)))
        #expect(solution.distance(to: x) < 1e-13)
        #expect(try #require(a.solve(a)).distance(to: .identity(3)) < 1e-13)
    }

    @Test func aSingularMatrixHasNoSolution() {
        let right = Matrix.identity(2)
        #expect(Matrix([[1, 2], [2, 4]]).solve(right) == nil)
        #expect(Matrix([[0]]).solve(Matrix([[1]])) == nil)
        // Singular but for rounding; a column may be small without being singular.
        #expect(Matrix([[1, 2], [2, 4 + 4e-13]]).solve(right) == nil)
        #expect(Matrix([[1, 2], [2, 4 + 4e-11]]).solve(right) != nil)
        #expect(Matrix([[1, 2e-20], [2, 5e-20]]).solve(right) != nil)
        #expect(Matrix([[.nan, 1], [1, 1]]).solve(right) == nil)
    }
}
