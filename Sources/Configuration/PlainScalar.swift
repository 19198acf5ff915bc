/// What an unquoted YAML scalar is, read so that YAML 1.1 and 1.2 agree or the value is refused.
///
/// Numbers are decimal, with `_` allowed between digits, and integers may be hexadecimal. A leading
/// zero (octal for one version, decimal for the other) and `1:30` (90 for one, text for the other)
/// are not numbers.
enum PlainScalar: Equatable {
    case empty
    case boolean(Bool)
    /// Digits with a sign, not converted: a seed needs 64 bits without one.
    case integer(String)
    case hexadecimal(String)
    case real(Double)
    /// `.nan`, `.inf`, or digits past the range of Double.
    case notFinite
    case text

    init(_ source: String) {
        switch source.lowercased() {
        case "", "~", "null": self = .empty
        case "true", "yes", "on": self = .boolean(true)
        case "false", "no", "off": self = .boolean(false)
        case ".nan", ".inf", "+.inf", "-.inf", "nan", "inf", "+inf", "-inf", "infinity":
            self = .notFinite
        default: self = Self.number(in: source)
        }
    }

    /// The value of a finite number of any notation.
    var number: Double? {
        switch self {
        case .integer(let digits): Double(digits)
        case .hexadecimal(let digits): UInt64(digits, radix: 16).map { Double($0) }
        case .real(let value): value
        default: nil
        }
    }

    private static func number(in source: String) -> PlainScalar {
        let source = withoutSeparators(source)
        if source.hasPrefix("0x") || source.hasPrefix("0X") {
            let digits = source.dropFirst(2)
            let isNumber = !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isHexDigit }
            return isNumber ? .hexadecimal(String(digits)) : .text
        }
        var rest = source[...]
        if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        if whole.count > 1, whole.first == "0" { return .text }
        if rest.isEmpty { return whole.isEmpty ? .text : .integer(source) }

        var fraction: Substring = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = rest.prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count)
        }
        guard !(whole.isEmpty && fraction.isEmpty) else { return .text }
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
            guard !rest.isEmpty, rest.allSatisfy(isDigit) else { return .text }
            rest = ""
        }
        guard rest.isEmpty, let value = Double(source) else { return .text }
        return value.isFinite ? .real(value) : .notFinite
    }

    private static func isDigit(_ character: Character) -> Bool {
        character.isASCII && character.isNumber
    }

    /// Drops each `_` that has a digit on both sides.
    private static func withoutSeparators(_ source: String) -> String {
        let characters = Array(source)
        return String(
            characters.indices.filter { index in
                guard characters[index] == "_", index > 0, index + 1 < characters.count else {
                    return true
                }
                return !(characters[index - 1].isHexDigit && characters[index + 1].isHexDigit)
            }.map { characters[$0] })
    }
}
