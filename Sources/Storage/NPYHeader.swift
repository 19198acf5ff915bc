/// The header of NumPy's NPY: a magic word, a version, a length, and a Python dictionary as text.
///
/// Read strictly: the dictionary has exactly the keys `descr`, `fortran_order` and `shape`, in any
/// order, and nothing is ever evaluated.
struct NPYHeader {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    let elementType: ArrayFile.ElementType
    let isBigEndian: Bool
    /// Whether the first index is the fastest one.
    let isFortranOrder: Bool
    let shape: [Int]
    let offset: Int

    /// Reads the header; the magic word is known to be right.
    ///
    /// Throws `badFile`.
    init(_ prefix: [UInt8], of path: String) throws(StorageError) {
        guard prefix.count >= 12 else { throw Self.cutOff(prefix.count, path) }
        let start: Int
        switch (prefix[6], prefix[7]) {
        case (1, 0): start = 10
        case (2, 0), (3, 0): start = 12
        case (let major, let minor):
            throw StorageError(
                .badFile, path,
                "is NPY of version \(major).\(minor); expected 1.0, 2.0 or 3.0."
                    + " Write it again with numpy.save.")
        }
        offset = start + prefix[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard offset <= ArrayHeader.longest else {
            throw StorageError(
                .badFile, path,
                "claims an NPY header of \(offset) bytes; expected at most"
                    + " \(ArrayHeader.longest). Write a plain array with numpy.save.")
        }
        guard prefix.count >= offset else { throw Self.cutOff(prefix.count, path) }

        let text = prefix[start..<offset]
        var reader = DictionaryReader(text: text)
        guard let dictionary = reader.read() else {
            let quoted = String(decoding: text.prefix(200), as: UTF8.self)
            throw StorageError(
                .badFile, path,
                "the NPY header cannot be understood: \(quoted.debugDescription)."
                    + " Expected descr, fortran_order and shape. Write it with numpy.save.")
        }
        (elementType, isBigEndian) = try Self.elementType(dictionary.type, of: path)
        isFortranOrder = dictionary.isFortranOrder
        shape = dictionary.shape
    }

    /// Reads a type as NumPy and other programs spell it: an order of bytes, which may be left out,
    /// a kind and a width.
    private static func elementType(
        _ type: String?, of path: String
    ) throws(StorageError) -> (ArrayFile.ElementType, isBigEndian: Bool) {
        if let type {
            // Native order, `=`, is that of the machine, which is little-endian.
            let order = type.first.flatMap { "<>|=".contains($0) ? $0 : nil }
            if let element = types[String(order == nil ? type[...] : type.dropFirst())] {
                return (element, order == ">" && !element.isByte)
            }
        }
        let found =
            switch type {
            case nil: "records of several fields"
            case "|O": "Python objects (pickles, which can run any program when they are read)"
            case let type?: "elements of type '\(type)'"
            }
        throw StorageError(
            .badFile, path,
            "holds \(found); expected bool, integers of 8 to 64 bits or floats of 16 to 64 bits."
                + " Convert it, for instance with array.astype('<f4'), and write it again.")
    }

    /// The types by kind and width in bytes.
    private static let types: [String: ArrayFile.ElementType] = [
        "?": .bool, "b1": .bool, "u1": .uint8, "B": .uint8, "i1": .int8, "b": .int8,
        "u2": .uint16, "i2": .int16, "u4": .uint32, "i4": .int32, "u8": .uint64, "i8": .int64,
        "f2": .float16, "f4": .float32, "f8": .float64,
    ]

    private static func cutOff(_ count: Int, _ path: String) -> StorageError {
        StorageError(
            .badFile, path,
            "ends inside the NPY header, at byte \(count). Copy or write it again.")
    }
}

/// Reads the one kind of Python dictionary that an NPY header holds.
private struct DictionaryReader {
    struct Result {
        /// Nil for a list of fields.
        var type: String?
        var isFortranOrder = false
        var shape: [Int] = []
    }

    private var rest: ArraySlice<UInt8>

    init(text: ArraySlice<UInt8>) { rest = text }

    /// Returns the entries; nil if the text is anything other than such a dictionary.
    mutating func read() -> Result? {
        var result = Result()
        var missing: Set = ["descr", "fortran_order", "shape"]
        guard take("{") else { return nil }
        while !take("}") {
            guard let key = string(), missing.remove(key) != nil, take(":") else { return nil }
            switch key {
            case "descr":
                // A list of fields. The file is refused because of it, so that the rest does not
                // matter.
                if take("[") { return Result(type: nil) }
                guard let type = string() else { return nil }
                result.type = type
            case "fortran_order":
                if takeWord("True") {
                    result.isFortranOrder = true
                } else if !takeWord("False") {
                    return nil
                }
            default:
                guard let shape = tuple() else { return nil }
                result.shape = shape
            }
            if !take(",") {
                guard take("}") else { return nil }
                break
            }
        }
        skipSpaces()
        return missing.isEmpty && rest.isEmpty ? result : nil
    }

    private mutating func tuple() -> [Int]? {
        guard take("(") else { return nil }
        var numbers: [Int] = []
        while !take(")") {
            guard let number = number() else { return nil }
            numbers.append(number)
            if !take(",") {
                // One number in parentheses without a comma is not a tuple in Python.
                return numbers.count > 1 && take(")") ? numbers : nil
            }
        }
        return numbers
    }

    private mutating func number() -> Int? {
        skipSpaces()
        let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        rest = rest.dropFirst(digits.count)
        // Python 2 marked long integers.
        _ = takeWord("L")
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private mutating func string() -> String? {
        skipSpaces()
        guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        else { return nil }
        let content = rest.dropFirst().prefix { $0 != quote && $0 != UInt8(ascii: "\\") }
        rest = rest.dropFirst(1 + content.count)
        guard rest.popFirst() == quote else { return nil }
        return String(decoding: content, as: UTF8.self)
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func takeWord(_ word: String) -> Bool {
        skipSpaces()
        guard rest.starts(with: word.utf8) else { return false }
        rest.removeFirst(word.utf8.count)
        return true
    }

    private mutating func skipSpaces() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    }
}
