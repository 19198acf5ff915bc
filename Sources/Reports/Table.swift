/// Text for people: lines, and rows whose cells stand below each other.
///
/// A column is as wide as its longest cell. Columns are two spaces apart, so that most tables fit
/// into 80 characters.
public struct Table: Sendable, CustomStringConvertible {
    /// One column of rows.
    public struct Column: Sendable, ExpressibleByStringInterpolation {
        enum Side { case left, right }

        public let title: String
        /// The side of the text; nil for left in the first column and right in the others.
        let side: Side?
        /// The least width.
        let width: Int

        /// Creates a column; the first one of a table has its text on the left, others on the right.
        public init(_ title: String, width: Int = 0) { self.init(title, nil, width: width) }

        public init(stringLiteral title: String) { self.init(title) }

        /// A column with its text on the left.
        public static func left(_ title: String = "", width: Int = 0) -> Column {
            Column(title, .left, width: width)
        }

        /// A column with its text on the right.
        public static func right(_ title: String = "", width: Int = 0) -> Column {
            Column(title, .right, width: width)
        }

        private init(_ title: String, _ side: Side?, width: Int) {
            self.title = title
            self.side = side
            self.width = width
        }
    }

    private enum Block {
        case line(String)
        case rows([Column], cells: [[String]])
    }

    private var blocks: [Block]

    /// Creates a table that begins with some lines.
    public init(_ lines: String...) { blocks = lines.map { .line($0) } }

    /// Adds a line that has no columns.
    public mutating func line(_ text: String = "") { blocks.append(.line(text)) }

    /// Adds several lines.
    public mutating func lines(_ texts: [String]) { blocks += texts.map { .line($0) } }

    /// Begins rows of these columns; titles are shown if there are any.
    public mutating func columns(_ columns: Column...) { self.columns(columns) }

    /// Begins rows of these columns; titles are shown if there are any.
    public mutating func columns(_ columns: [Column]) {
        let titles = columns.map(\.title)
        blocks.append(.rows(columns, cells: titles.allSatisfy(\.isEmpty) ? [] : [titles]))
    }

    /// Adds a row to the columns that began last.
    ///
    /// - Precondition: a row has at most one cell for each column, and no line came in between.
    public mutating func row(_ cells: String...) { row(cells) }

    /// Adds a row to the columns that began last.
    ///
    /// - Precondition: a row has at most one cell for each column, and no line came in between.
    public mutating func row(_ cells: [String]) {
        guard case .rows(let columns, var rows)? = blocks.last else {
            preconditionFailure("a row without columns: \(cells)")
        }
        precondition(cells.count <= columns.count, "\(cells) in \(columns.count) columns")
        rows.append(cells)
        blocks[blocks.count - 1] = .rows(columns, cells: rows)
    }

    /// Adds all lines and rows of another table below.
    public mutating func append(_ other: Table) { blocks += other.blocks }

    /// The lines, without line feeds.
    public var lines: [String] {
        blocks.flatMap { block in
            switch block {
            case .line(let text): [text]
            case .rows(let columns, let cells): Self.aligned(cells, in: columns)
            }
        }
    }

    public var description: String { lines.joined(separator: "\n") }

    /// Returns one row as a line, for a table that grows while people watch.
    ///
    /// Columns have their least width.
    public static func line(_ cells: [String], in columns: [Column]) -> String {
        aligned([cells], in: columns)[0]
    }

    /// Rows of cells as lines, in columns as wide as the longest cell; an empty column takes no room.
    static func aligned(_ rows: [[String]], in columns: [Column]) -> [String] {
        let widths = columns.indices.map { place in
            rows.reduce(columns[place].width) {
                max($0, place < $1.count ? $1[place].count : 0)
            }
        }
        return rows.map { cells in
            var line = ""
            for (place, cell) in cells.enumerated() where widths[place] > 0 {
                let gap = String(repeating: " ", count: widths[place] - cell.count)
                let isLeft = columns[place].side.map { $0 == .left } ?? (place == 0)
                line += (place > 0 ? "  " : "") + (isLeft ? cell + gap : gap + cell)
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
