/// Numbers in a text file, a case on each line: CSV, TSV, or columns with spaces between them.
///
/// Empty lines and lines that begin with `#` are skipped. A first line that names the columns is
/// recognized, and so is a first column that only names or numbers the rows: one without a name of its
/// own, or one of words of which no two are the same. Whole numbers from 0 to 255 are stored as uint8,
/// and all others as float64, of which NaN is a value that is missing.
struct TextTable {
    private let path: String
    private let bytes: [UInt8]
    private let takesMissing: Bool
    private var place = 0
    private var line = 0

    /// Whether bytes are text in which some digit, or a word for a bit, stands.
    static func recognizes(_ prefix: [UInt8]) -> Bool {
        // JSON and others have numbers too, but no table of them.
        guard ForeignFormat(text: prefix) == nil,
            prefix.allSatisfy(isTextByte)
        else { return false }
        let text = String(decoding: prefix.prefix(4096), as: UTF8.self).lowercased()
        return prefix.contains(where: isDigit) || text.contains("true") || text.contains("false")
    }

    /// Takes over the contents of a file.
    ///
    /// - Parameter takesMissing: Whether cells may say that a value is missing.
    init(_ bytes: [UInt8], path: String, takesMissing: Bool = false) {
        self.path = path
        self.takesMissing = takesMissing
        self.bytes = bytes
    }

    /// Reads all cases.
    ///
    /// Throws `badFile`, which names the line and the column of a cell without a number.
    func read() throws(StorageError) -> ArrayFile.Found {
        var reader = self
        return try reader.readAll()
    }

    private mutating func readAll() throws(StorageError) -> ArrayFile.Found {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
        guard let first = nextLine() else {
            throw StorageError(.badFile, path, "holds no line with a number.")
        }
        let separator = Separator(of: bytes[first])
        var notes: [String] = []
        let header = cells(first, separator)
        let isHeader = isHeader(header) && !isRowOfNames(header, separator)
        guard var row = isHeader ? nextLine() : first else {
            throw StorageError(.badFile, path, "names columns, but holds no case.")
        }
        var columns = cells(row, separator).count
        var names = isHeader ? header.map(text) : []
        var hasRowNames = isHeader && header.count > 1 && header[0].isEmpty
        if isHeader && header.count == columns - 1 {
            hasRowNames = true
            names.insert("", at: 0)
        }
        if isHeader && !hasRowNames && !names.contains(where: { !isIndex($0) }) {
            notes.append("its first line counts the columns, and is taken for their names")
        }
        if hasRowNames { notes.append("its first column has no name, and is left out") }
        // The names of rows; nil where the first column is no column of words.
        var rowNames: Set<String>?
        let start = cells(row, separator)
        if !hasRowNames, start.count > 1, isName(start[0]), !isWord(start[1]) {
            hasRowNames = true
            rowNames = []
            let name = names.first.map { " (\($0))" } ?? ""
            notes.append("its first column\(name) names the rows, and is left out")
        }
        let dropped = hasRowNames ? 1 : 0
        columns -= dropped
        guard columns > 0 else {
            throw StorageError(.badFile, path, "has no column of numbers.")
        }

        var values: [Double] = []
        var cases = 0
        while true {
            let found = cells(row, separator)
            guard found.count == columns + dropped else {
                throw StorageError(
                    .badFile, path,
                    "line \(line) has \(found.count) cells, but the lines before it have "
                        + "\(columns + dropped). Correct the line.")
            }
            if rowNames != nil,
                rowNames?.insert(String(decoding: bytes[found[0]], as: UTF8.self)).inserted == false
            {
                throw StorageError(
                    .badFile, path,
                    "line \(line), column 1 holds `\(text(found[0]))` again; words in the first column "
                        + "are left out where each names one row. \(Self.remedy)")
            }
            try values.reserveRoom(forMore: columns, of: path)
            for (column, cell) in found.enumerated().dropFirst(dropped) {
                values.append(try number(cell, column, names))
            }
            cases += 1
            guard let next = nextLine() else { break }
            row = next
        }
        if columns > 1, cases >= 5,
            (1..<cases).allSatisfy({ values[$0 * columns] == values[0] + Double($0) })
        {
            let name = dropped < names.count ? " (\(names[dropped]))" : ""
            notes.append(
                "its first column\(name) counts the rows and is kept; leave it out of the file if it says "
                    + "nothing of the cases")
        }
        return try found(values, shape: [cases, columns], notes)
    }

    /// Stores the numbers as the smallest type that fits.
    private func found(
        _ values: [Double], shape: [Int], _ notes: [String]
    ) throws(StorageError) -> ArrayFile.Found {
        let areBytes = values.allSatisfy { $0 >= 0 && $0 <= 255 && $0 == $0.rounded(.down) }
        let type = areBytes ? ArrayFile.ElementType.uint8 : .float64
        let count = values.count * type.width
        let region = try Region(zeros: count, for: path)
        region.withMutableBytes(0..<count) { target in
            for (i, value) in values.enumerated() {
                // Every byte pattern is a valid number.
                if areBytes {
                    target.storeBytes(of: UInt8(value), toByteOffset: i, as: UInt8.self)
                } else {
                    target.storeBytes(of: value, toByteOffset: 8 * i, as: Double.self)
                }
            }
        }
        return ArrayFile.Found(
            header: ArrayHeader(.text, type, shape: shape), contents: .memory(region),
            notes: notes)
    }

    // MARK: Lines and cells

    /// What stands between two cells.
    private enum Separator {
        case mark(UInt8)
        case spaces

        init(of line: ArraySlice<UInt8>) {
            let marks = [UInt8(ascii: "\t"), UInt8(ascii: ","), UInt8(ascii: ";")]
            self = marks.first(where: line.contains).map(Separator.mark) ?? .spaces
        }
    }

    /// The next line that is neither empty nor a comment, without its end.
    private mutating func nextLine() -> Range<Int>? {
        while place < bytes.count {
            line += 1
            let start = place
            while place < bytes.count, bytes[place] != 10, bytes[place] != 13 { place += 1 }
            let range = trimmed(start..<place, keepingTabs: true)
            if place + 1 < bytes.count, bytes[place] == 13, bytes[place + 1] == 10 { place += 1 }
            place += 1
            if range.isEmpty || bytes[range.lowerBound] == UInt8(ascii: "#") { continue }
            return range
        }
        return nil
    }

    /// The cells of a line, without the spaces and the quotation marks around them.
    private func cells(_ line: Range<Int>, _ separator: Separator) -> [Range<Int>] {
        var cells: [Range<Int>] = []
        let quote = UInt8(ascii: "\"")
        var start = line.lowerBound
        while true {
            if case .spaces = separator {
                while start < line.upperBound, isSpace(bytes[start]) { start += 1 }
                if start == line.upperBound { return cells }
            }
            var end = start
            var isQuoted = false
            while end < line.upperBound {
                let byte = bytes[end]
                if byte == quote { isQuoted.toggle() }
                if !isQuoted {
                    if case .mark(let mark) = separator, byte == mark { break }
                    if case .spaces = separator, isSpace(byte) { break }
                }
                end += 1
            }
            var cell = trimmed(start..<end, keepingTabs: false)
            if cell.count >= 2, bytes[cell.lowerBound] == quote,
                bytes[cell.upperBound - 1] == quote
            {
                cell = trimmed(cell.lowerBound + 1..<cell.upperBound - 1, keepingTabs: false)
            }
            cells.append(cell)
            guard end < line.upperBound else { return cells }
            start = end + 1
        }
    }

    private func trimmed(_ range: Range<Int>, keepingTabs: Bool) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        func isBlank(_ byte: UInt8) -> Bool { byte == 32 || !keepingTabs && byte == 9 }
        while start < end, isBlank(bytes[start]) { start += 1 }
        while start < end, isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    private func text(_ cell: Range<Int>) -> String {
        String(decoding: bytes[cell].prefix(60), as: UTF8.self)
    }

    /// Tells whether the first line names columns: by a word, or by counting them from 0.
    ///
    /// pandas counts columns without names.
    private func isHeader(_ cells: [Range<Int>]) -> Bool {
        let texts = cells.map(text)
        if cells.contains(where: isWord) { return true }
        let counted = texts[0].isEmpty ? texts.dropFirst() : texts[...]
        return counted.count > 2 && counted.enumerated().allSatisfy { "\($0.offset)" == $0.element }
    }

    /// Tells whether the first line is a case whose first cell is its name, as that of the second line.
    private func isRowOfNames(_ first: [Range<Int>], _ separator: Separator) -> Bool {
        var ahead = self
        guard let line = ahead.nextLine(), first.count > 1 else { return false }
        let second = cells(line, separator)
        return isName(first[0]) && isName(second[0]) && second.count == first.count
            && (first.dropFirst() + second.dropFirst()).allSatisfy { !isWord($0) }
    }

    /// Whether a cell holds neither a number nor the word for a missing one.
    private func isWord(_ cell: Range<Int>) -> Bool {
        value(of: cell) == nil && !isMissing(text(cell))
    }

    /// Whether a cell holds a word with a letter, or a date or time; `0,5` and `5%` are numbers to people.
    private func isName(_ cell: Range<Int>) -> Bool {
        let text = text(cell)
        return isWord(cell)
            && (text.contains(where: \.isLetter)
                || text.allSatisfy { "0123456789-/:. ".contains($0) })
    }

    private func isIndex(_ text: String) -> Bool { Int(text) != nil }

    // MARK: Numbers

    private func number(
        _ cell: Range<Int>, _ column: Int, _ names: [String]
    ) throws(StorageError) -> Double {
        if let value = value(of: cell) { return value }
        let text = text(cell)
        if takesMissing, isMissing(text) { return .nan }
        let name = column < names.count && !names[column].isEmpty ? " (\(names[column]))" : ""
        throw StorageError(
            .badFile, path,
            "line \(line), column \(column + 1)\(name) "
                + (isMissing(text)
                    ? "has no value\(text.isEmpty ? "" : " but `\(text)`"); fill it in, or leave out such "
                        + "cases; a training takes them with `data.missing: sample`"
                    : "holds `\(text)`; expected a number"
                        + (text.contains(",") ? " with a decimal point" : ". \(Self.remedy)")))
    }

    private static let remedy = "Write words as numbers, or leave the column out."

    /// Whether a cell says that its value is not known.
    private func isMissing(_ text: String) -> Bool {
        ["", "na", "n/a", "nan", "null", "none", "?"].contains(text.lowercased())
    }

    /// The number in a cell; nil where none stands.
    ///
    /// True and false are 1 and 0.
    private func value(of cell: Range<Int>) -> Double? {
        guard let first = cell.first else { return nil }
        var (mantissa, digits, exponent, place) = (UInt64(0), 0, 0, first)
        let isNegative = bytes[place] == UInt8(ascii: "-")
        if isNegative || bytes[place] == UInt8(ascii: "+") { place += 1 }
        var isFraction = false
        while place < cell.upperBound {
            let byte = bytes[place]
            if isDigit(byte) {
                mantissa = mantissa &* 10 &+ UInt64(byte - 48)
                digits += 1
                if isFraction { exponent -= 1 }
            } else if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else {
                break
            }
            place += 1
        }
        // Up to 15 digits and 22 places one division rounds once, and so is exact.
        if place == cell.upperBound, digits > 0, digits <= 15, exponent >= -22 {
            let value = exponent == 0 ? Double(mantissa) : Double(mantissa) / powers[-exponent]
            return isNegative ? -value : value
        }
        let text = String(decoding: bytes[cell], as: UTF8.self)
        switch text.lowercased() {
        case "true": return 1
        case "false": return 0
        default:
            // `nan` says that the value is unknown.
            guard let value = Double(text), !value.isNaN else { return nil }
            return value
        }
    }
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

/// 10⁰ to 10²², which Double holds exactly.
private let powers: [Double] = (0...22).map { (0..<$0).reduce(1.0) { power, _ in power * 10 } }
