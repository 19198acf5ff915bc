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

    /// Makes a matrix of zeros.
    public init(zeros rows: Int, _ columns: Int) {
        self.init(
            rows: rows, columns: columns, elements: Array(repeating: 0, count: rows * columns))
    }

    public subscript(row: Int, column: Int) -> Double {
        get { elements[row * columns + column] }
        set { elements[row * columns + column] = newValue }
    }

    /// Returns some rows.
    public func rows(_ range: Range<Int>) -> Matrix {
        Matrix(
            rows: range.count, columns: columns,
            elements: Array(elements[range.lowerBound * columns..<range.upperBound * columns]))
    }

    /// Puts the rows of another matrix in the place of some rows.
    ///
    /// - Precondition: The other has as many rows, and the columns of this one.
    public mutating func replace(rows range: Range<Int>, with other: Matrix) {
        precondition(
            other.rows == range.count && other.columns == columns,
            "\(other.rows)×\(other.columns) for rows \(range) of \(columns)")
        let first = range.lowerBound * columns
        for place in other.elements.indices { elements[first + place] = other.elements[place] }
    }

    /// The transpose.
    public var transposed: Matrix {
        Matrix(rows: columns, columns: rows) { self[$1, $0] }
    }

    /// The sum of the products of elements of the same place.
    ///
    /// - Precondition: Both have the same shape.
    public func dot(_ other: Matrix) -> Double {
        precondition(
            rows == other.rows && columns == other.columns,
            "\(rows)×\(columns) with \(other.rows)×\(other.columns)")
        var sum = 0.0
        for place in elements.indices { sum += elements[place] * other.elements[place] }
        return sum
    }

    /// The sum of the squares of the elements.
    public var squares: Double { dot(self) }

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
