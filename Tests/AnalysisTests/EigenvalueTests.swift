import Analysis
import Testing

@Suite struct EigenvalueTests {
    @Test func eigenvaluesWithoutSymmetry() throws {
        // Triangular: the diagonal. Rotation by a right angle times 2: ±2i.
        let triangular = Matrix([[3, 7, 1], [0, -5, 2], [0, 0, 0.5]])
        let found = try triangular.eigenvalues()
        #expect(zip(found, [-5, 3, 0.5]).allSatisfy { abs($0.real - $1) < 1e-14 })
        #expect(found.allSatisfy { $0.imaginary == 0 })
        let rotation = try Matrix([[0, 2], [-2, 0]]).eigenvalues()
        #expect(rotation.allSatisfy { abs($0.magnitude - 2) < 1e-14 && abs($0.real) < 1e-14 })
        #expect(rotation.map(\.imaginary).reduce(0, +) == 0)
        #expect(try Matrix(rows: 0, columns: 0, elements: []).eigenvalues() == [])
    }

    @Test func theLeadingEigenvalueKeepsItsSign() throws {
        let falling = Matrix([[-3, 1, 5], [0, 2, 1], [0, 0, 0.5]])
        #expect(abs(try #require(falling.leadingEigenvalue) + 3) < 1e-14)
        let rising = Matrix([[2, 1], [0.5, 0.3]])
        let exact = (2.3 + (1.7 * 1.7 + 2).squareRoot()) / 2
        #expect(abs(try #require(rising.leadingEigenvalue) - exact) < 1e-14)
    }

    @Test func aComplexPairHasNoLeadingEigenvalue() {
        #expect(Matrix([[0.2, -1], [1.3, 0.1]]).leadingEigenvalue == nil)
    }

    @Test func numbersThatAreNotFiniteAreRefused() {
        let matrix = Matrix([[1, .nan], [0, 1]])
        #expect(matrix.leadingEigenvalue == nil)
        #expect(throws: DecompositionError.self) { try matrix.eigenvalues() }
    }
}
