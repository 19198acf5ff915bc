/// A configuration as an ordered tree of texts: what is written, and what is compared.
indirect enum YAMLOutline: Equatable {
    case scalar(String)
    /// A mapping on lines of its own.
    case block([(key: String, value: YAMLOutline)])
    /// A mapping in braces.
    case flow([(key: String, value: YAMLOutline)])
    case list([YAMLOutline])

    /// The tree as YAML lines without the last newline.
    var text: String { lines.joined(separator: "\n") }

    private var lines: [String] {
        switch self {
        case .scalar, .flow: return [inline]
        case .block(let pairs):
            return pairs.flatMap { key, value -> [String] in
                switch value {
                case .scalar, .flow: ["\(key): \(value.inline)"]
                case .block, .list: ["\(key):"] + value.lines.map { "  " + $0 }
                }
            }
        case .list(let elements):
            return elements.flatMap { element in
                element.lines.enumerated().map { ($0.offset == 0 ? "- " : "  ") + $0.element }
            }
        }
    }

    /// The tree on one line, as in messages.
    var inline: String {
        switch self {
        case .scalar(let text): text
        case .block(let pairs), .flow(let pairs):
            "{" + pairs.map { "\($0.key): \($0.value.inline)" }.joined(separator: ", ") + "}"
        case .list(let elements): "[" + elements.map(\.inline).joined(separator: ", ") + "]"
        }
    }

    /// The keys of a mapping.
    var keys: [String] {
        switch self {
        case .block(let pairs), .flow(let pairs): pairs.map(\.key)
        case .scalar, .list: []
        }
    }

    static func == (a: YAMLOutline, b: YAMLOutline) -> Bool { a.inline == b.inline }
}

/// Returns the shortest text that reads back as `value`, whole numbers without a fraction.
public func yamlText(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// Returns `value` as a YAML scalar: plain where that reads as text, in double quotes otherwise.
public func yamlText(_ value: String) -> String {
    let isPlain = value.unicodeScalars.enumerated().allSatisfy { index, scalar in
        let isLetter = scalar.isASCII && scalar.properties.isAlphabetic
        let isDigit = ("0"..."9").contains(scalar)
        return isLetter || "_/".unicodeScalars.contains(scalar)
            || (index > 0 && (isDigit || "-.".unicodeScalars.contains(scalar)))
    }
    if isPlain, value != "none", PlainScalar(value) == .text { return value }
    var quoted = "\""
    for scalar in value.unicodeScalars {
        switch scalar {
        case "\"", "\\": quoted += "\\" + String(scalar)
        case _ where scalar.isASCII && scalar.value >= 0x20 && scalar.value < 0x7F,
            _ where scalar.properties.isAlphabetic:
            quoted += String(scalar)
        default:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
    }
    return quoted + "\""
}
