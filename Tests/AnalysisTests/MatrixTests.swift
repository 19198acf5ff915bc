import Analysis
import Testing

@Suite struct MatrixTests {
    /// Elements 11, 12, 13 over 21, 22, 23.
    private let matrix = Matrix(rows: 2, columns: 3) { Double(11 + 10 * $0 + $1) }

    @Test func elementsLieRowByRow() {
        #expect(matrix.elements == [11, 12, 13, 21, 22, 23])
        #expect(matrix == Matrix(rows: 2, columns: 3, elements: [11, 12, 13, 21, 22, 23]))
        #expect(matrix[1, 0] == 21)
        var changed = matrix
        changed[0, 2] = 7
        #expect(changed.elements == [11, 12, 7, 21, 22, 23])
    }

    @Test func aVectorIsAColumn() {
        let column = Matrix(column: [1, 2, 3])
        #expect(column.rows == 3 && column.columns == 1)
        #expect(column[2, 0] == 3)
    }

    @Test func leadingPartsAreTheUpperLeft() {
        #expect(matrix.leading(rows: 1).elements == [11, 12, 13])
        #expect(matrix.leading(columns: 2).elements == [11, 12, 21, 22])
        #expect(matrix.leading(columns: 0).elements == [])
        #expect(matrix.leading(2).elements == [11, 12, 21, 22])
    }
}
