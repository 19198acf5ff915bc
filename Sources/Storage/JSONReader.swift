/// Reads JSON strictly and one token at a time: the caller says what must come next.
///
/// It reads headers of files that anyone may have made. Nothing recurses. It refuses repeated keys,
/// invalid UTF-8, lone surrogates, and numbers that are not plain whole ones.
struct JSONReader: ~Copyable {
    /// What was expected, and at which byte of the text something else was found.
    struct Failure: Error {
        let offset: Int
        let expected: String
    }

    /// The most keys of an object, by far more than a file has that somebody made to be read.
    static let mostKeys = 1 << 17

    /// Whether the text has an escape with upper-case digits, such as \u00FF; writers use
    /// lower-case ones.
    private(set) var hasUpperCaseEscape = false

    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    /// Reads an object; the closure reads the value of each key.
    mutating func object(
        _ value: (inout JSONReader, String) throws(Failure) -> Void
    ) throws(Failure) {
        var keys: Set<String> = []
        try take("{")
        if accepts("}") { return }
        repeat {
            skipSpace()
            let start = position
            let key = try string()
            guard keys.insert(key).inserted else {
                throw Failure(
                    offset: start,
                    expected: "a key other than \(key.debugDescription), which is"
                        + " there already")
            }
            guard keys.count <= Self.mostKeys else {
                throw Failure(offset: start, expected: "at most \(Self.mostKeys) keys in an object")
            }
            try take(":")
            try value(&self, key)
        } while accepts(",")
        try take("}")
    }

    /// Reads an array of whole numbers from 0 to 2⁶³ − 1.
    mutating func numbers() throws(Failure) -> [Int] {
        var numbers: [Int] = []
        try take("[")
        if accepts("]") { return numbers }
        repeat { numbers.append(try number()) } while accepts(",")
        try take("]")
        return numbers
    }

    /// Reads a string.
    mutating func string() throws(Failure) -> String {
        try take("\"")
        let start = position
        var bytes: [UInt8] = []
        while let byte = peek(), byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw failure("no control character in a string") }
            position += 1
            if byte == UInt8(ascii: "\\") {
                bytes += Array(String(try escape()).utf8)
            } else {
                bytes.append(byte)
            }
        }
        try take("\"")
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw Failure(offset: start, expected: "a string in UTF-8")
        }
        return string
    }

    /// Checks that only spaces follow.
    mutating func end() throws(Failure) {
        while position < text.count, text[position] == UInt8(ascii: " ") { position += 1 }
        guard position == text.count else { throw failure("nothing but spaces") }
    }

    private mutating func number() throws(Failure) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !overflows, !overflowsToo else {
                throw Failure(offset: start, expected: "a number below 2⁶³")
            }
            value = sum
            position += 1
        }
        let hasLeadingZero = position - start > 1 && text[start] == UInt8(ascii: "0")
        guard position > start, !hasLeadingZero else {
            throw Failure(offset: start, expected: "a whole number")
        }
        return value
    }

    /// Reads the rest of an escape, after the backslash.
    private mutating func escape() throws(Failure) -> Unicode.Scalar {
        guard let byte = peek() else { throw failure("the end of the string") }
        position += 1
        switch Unicode.Scalar(byte) {
        case "\"": return "\""
        case "\\": return "\\"
        case "/": return "/"
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u": break
        default:
            position -= 1
            throw failure("a known escape after the backslash")
        }
        let start = position
        let first = try fourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // JSON writes a character beyond 16 bits as a pair of surrogates.
        if first < 0xDC00, peek() == UInt8(ascii: "\\") {
            position += 1
            if peek() == UInt8(ascii: "u") {
                position += 1
                let second = try fourDigits()
                if second >= 0xDC00, second < 0xE000,
                    let scalar = Unicode.Scalar(
                        0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
                {
                    return scalar
                }
            }
        }
        throw Failure(offset: start, expected: "a pair of surrogates")
    }

    private mutating func fourDigits() throws(Failure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw failure("four hexadecimal digits") }
            if byte >= UInt8(ascii: "A"), byte <= UInt8(ascii: "F") { hasUpperCaseEscape = true }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func take(_ mark: Unicode.Scalar) throws(Failure) {
        guard accepts(mark) else { throw failure("'\(mark)'") }
    }

    private mutating func accepts(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek() == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private func peek() -> UInt8? {
        position < text.count ? text[position] : nil
    }

    /// The error that something else was expected here.
    func failure(_ expected: String) -> Failure {
        Failure(offset: position, expected: expected)
    }
}
