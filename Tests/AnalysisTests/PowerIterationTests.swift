import Analysis
import Testing

@Suite struct PowerIterationTests {
    private func largest(_ a: Matrix, from start: [Double]) -> Double {
        largestSquaredSingularValue(from: start) { vector in
            (0..<a.rows).map { row in
                (0..<a.columns).reduce(0) { $0 + a[row, $1] * vector[$1] }
            }
        } transposed: { vector in
            (0..<a.columns).map { column in
                (0..<a.rows).reduce(0) { $0 + a[$1, column] * vector[$1] }
            }
        }
    }

    @Test(arguments: [(5, 5), (7, 3), (3, 7)]) func meetsLAPACK(rows: Int, columns: Int) throws {
        let a = Matrix(rows: rows, columns: columns) {
            Double(($0 * 37 + $1 * 11) % 23) / 10 - 1
        }
        let singular = try a.singularValueDecomposition().values[0]
        let start = (0..<columns).map { 1 + 0.1 * Double($0) }
        #expect(abs(largest(a, from: start) / (singular * singular) - 1) < 1e-12)
    }

    @Test func aMatrixOfZerosHasTheEigenvalueZero() {
        let zeros = Matrix(rows: 2, columns: 2, elements: [0, 0, 0, 0])
        #expect(largest(zeros, from: [1, 1]) == 0)
        #expect(largest(Matrix(rows: 1, columns: 1, elements: [3]), from: [0]) == 0)
    }
}
