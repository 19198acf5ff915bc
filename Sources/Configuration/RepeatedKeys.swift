import Yams

/// Composes YAML in which keys may be repeated.
///
/// Yams stops at the first repeated key, which would hide every later problem. The first character of
/// its first occurrence is exchanged for one of the private-use area, and the text is composed again:
/// the mark of no other key moves, and the tree holds both.
struct RepeatedKeys {
    /// The tree; nil for a text without content or with an error.
    private(set) var root: Node?

    /// The earlier occurrences of repeated keys.
    private(set) var repeats: [(name: String, line: Int, column: Int)] = []

    /// The keys that stand in the tree for the earlier occurrences.
    private(set) var standIns: Set<String> = []

    /// Why the text could not be read; nil also where it only repeated too many keys.
    private(set) var error: (any Error)?

    /// The largest number of repeated keys that are looked for.
    static let limit = 16

    /// The largest number of bytes that are composed again: a long text may have fewer repeated keys.
    private static let composedBytes = 1 << 20

    static func compose(_ text: String) -> RepeatedKeys {
        var result = RepeatedKeys()
        var text = text
        let limit = max(1, min(limit, composedBytes / max(1, text.utf8.count)))
        while result.repeats.count < limit {
            do {
                result.root = try Yams.compose(yaml: text, .default, .default, .utf8)
                return result
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let name = names.first ?? ""
                result.repeats.append((name, context.mark.line, context.mark.column))
                guard
                    let standIn = exchange(name, at: context.mark, in: &text, result.repeats.count)
                else { return result }
                result.standIns.insert(standIn)
            } catch {
                result.error = error
                return result
            }
        }
        return result
    }

    /// Exchanges the first character of the key at `mark`; returns the key's new text, nil where it
    /// does not stand there as it reads.
    private static func exchange(
        _ name: String, at mark: Mark, in text: inout String, _ number: Int
    ) -> String? {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard let first = name.unicodeScalars.first, lines.indices.contains(mark.line - 1),
            let standIn = Unicode.Scalar(0xE000 + UInt32(number))
        else { return nil }
        var line = Array(lines[mark.line - 1].unicodeScalars)
        var column = mark.column - 1
        if line.indices.contains(column), ["\"", "'"].contains(line[column]) { column += 1 }
        guard line.indices.contains(column), line[column] == first else { return nil }
        line[column] = standIn
        lines[mark.line - 1] = Substring(String(String.UnicodeScalarView(line)))
        text = lines.joined(separator: "\n")
        return String(standIn) + String(name.unicodeScalars.dropFirst())
    }
}
