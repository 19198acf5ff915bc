/// Returns `text` in quotation marks, on one line, cut to a readable length.
func quoted(_ text: String) -> String {
    let limit = 60
    let line = oneLine(text)
    return "\"" + (line.count > limit ? line.prefix(limit - 1) + "…" : line) + "\""
}

/// Returns `text` with each line break and control character replaced by a space.
func oneLine(_ text: String) -> String {
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        let properties = scalar.properties
        let isSpace = properties.generalCategory == .control || properties.isWhitespace
        view.append(isSpace ? " " : scalar)
    }
    return String(view)
}

/// Returns words as a list in prose: `a, b or c`.
func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}
