/// A dense matrix of doubles.
public struct Matrix: Sendable, Equatable {
    public let rows: Int
    public let columns: Int
    /// Row by row, shape [rows, columns].
    public internal(set) var elements: [Double]

    /// Takes elements row by row.
    ///
    /// - Precondition: There are rows · columns of them.
    public init(rows: Int, columns: Int, elements: [Double]) {
        precondition(
            rows >= 0 && columns >= 0 && elements.count == rows * columns,
            "\(elements.count) elements for \(rows) rows of \(columns)")
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    /// Calculates each element.
    public init(rows: Int, columns: Int, _ element: (_ row: Int, _ column: Int) -> Double) {
        self.init(
            rows: rows, columns: columns,
            elements: (0..<rows * columns).map { element($0 / columns, $0 % columns) })
    }

    /// Takes the elements of a vector as one column.
    public init(column: [Double]) {
        self.init(rows: column.count, columns: 1, elements: column)
    }

    public subscript(row: Int, column: Int) -> Double {
        get { elements[row * columns + column] }
        set { elements[row * columns + column] = newValue }
    }

    /// Returns the first rows.
    public func leading(rows count: Int) -> Matrix {
        Matrix(rows: count, columns: columns, elements: Array(elements[..<(count * columns)]))
    }

    /// Returns the first columns.
    public func leading(columns count: Int) -> Matrix {
        Matrix(
            rows: rows, columns: count,
            elements: (0..<rows).flatMap { elements[($0 * columns)..<($0 * columns + count)] })
    }

    /// Returns the upper left square with a number of rows.
    public func leading(_ side: Int) -> Matrix { leading(rows: side).leading(columns: side) }
}
