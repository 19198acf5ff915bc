import Testing

@testable import Renormalization

struct SquareMatrixTests {
    private func matrix(_ rows: [[Double]]) -> SquareMatrix {
        SquareMatrix(side: rows.count) { rows[$0][$1] }
    }

    @Test func solvesWithARowExchange() throws {
        let a = matrix([[0, 2, 1], [1, 0, 3], [4, 1, 0]])
        let x = matrix([[1, 2, 3], [-1, 0, 5], [2, 2, -7]])
        let b = SquareMatrix(side: 3) { i, j in (0..<3).reduce(0) { $0 + a[i, $1] * x[$1, j] } }
        let solution = try #require(a.solve(b))
        for i in 0..<9 { #expect(abs(solution.values[i] - x.values[i]) < 1e-13) }
    }

    @Test func aSingularMatrixHasNoSolution() {
        #expect(matrix([[1, 2], [2, 4]]).solve(matrix([[1, 0], [0, 1]])) == nil)
        #expect(matrix([[0]]).solve(matrix([[1]])) == nil)
    }

    @Test func theLeadingEigenvalueKeepsItsSign() throws {
        // Triangular: the eigenvalues are on the diagonal.
        let falling = matrix([[-3, 1, 5], [0, 2, 1], [0, 0, 0.5]])
        #expect(abs(try #require(falling.leadingEigenvalue) + 3) < 1e-10)
        let rising = matrix([[2, 1], [0.5, 0.3]])
        let exact = (2.3 + (1.7 * 1.7 + 2).squareRoot()) / 2
        #expect(abs(try #require(rising.leadingEigenvalue) - exact) < 1e-12)
    }

    @Test func aComplexPairDoesNotSettle() {
        #expect(matrix([[0.2, -1], [1.3, 0.1]]).leadingEigenvalue == nil)
    }
}
