/// Returns a text in which no character moves the cursor of a terminal, changes its state, or turns the
/// direction of what follows; each such character is written as its number, such as `\u{1B}`.
///
/// Names and metadata of files are words of strangers. Line feeds and tabs stay.
public func printable(_ text: String) -> String {
    replacingControls(in: text) { "\\u{\(String($0, radix: 16, uppercase: true))}" }
}

/// Returns JSON in which the same characters are escapes of JSON; the values stay the same.
public func printableJSON(_ text: String) -> String {
    replacingControls(in: text) { number in
        let digits = String(number, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}

private func replacingControls(in text: String, _ words: (UInt32) -> String) -> String {
    // Nearly all texts have none.
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if isControl(scalar) {
            result.append(contentsOf: words(scalar.value).unicodeScalars)
        } else {
            result.append(scalar)
        }
    }
    return String(result)
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    // C0, delete and C1; line and paragraph separators; embeddings, overrides and isolates.
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
}
