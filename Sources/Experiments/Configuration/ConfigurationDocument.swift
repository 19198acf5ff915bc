import Yams

/// The YAML tree of a configuration with its overrides applied, and the places of its values.
///
/// Yams is known here and in the reader with its sections, nowhere else.
struct ConfigurationDocument {
    /// The tree; `nil` for a file without content.
    private(set) var root: Node?
    /// What is wrong with the text or the overrides as such.
    private(set) var problems: [LocatedProblem] = []

    private let file: String
    private var overrides: [(path: [String], argument: String)] = []
    /// Keys that stand for the earlier occurrences of repeated keys.
    private var standIns: Set<String> = []

    /// Limits that keep the recursive parser within its stack on hostile text.
    private enum Limit {
        static let bytes = 1 << 20
        static let flowCollections = 1000
        static let nestedColumns = 200
    }

    /// Parses `text`; what cannot be parsed becomes a problem and an absent root.
    init(text: String, file: String) {
        self.file = file
        if let problem = Self.oversize(text) {
            problems.append(place(line: problem.line, column: nil, message: problem.message))
            return
        }
        // libYAML accepts a byte order mark only where it may detect the encoding.
        let hasByteOrderMark = text.unicodeScalars.first == "\u{FEFF}"
        compose(hasByteOrderMark ? String(text.unicodeScalars.dropFirst()) : text)
    }

    /// Tells whether the text itself could not be read, so that nothing else can be said.
    var isUnreadable: Bool { root == nil && !problems.isEmpty }
}

// MARK: - Text

extension ConfigurationDocument {
    /// Composes the tree, giving each repeated key a stand-in until Yams finds no more.
    ///
    /// Yams stops at the first repeated key, which would hide every later problem. The first
    /// character of its first occurrence is exchanged for one of the private-use area: no mark
    /// moves, and the tree holds both.
    private mutating func compose(_ text: String) {
        var lines = text.split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        ).map { Array($0.unicodeScalars) }
        var text = text
        var repeats: [LocatedProblem] = []
        for standIn in 0xE000..<0xE100 {
            do {
                root = try Yams.compose(yaml: text, .default, .default, .utf8)
                problems = repeats
                return
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let name = names.first ?? ""
                let mark = context.mark
                repeats.append(
                    place(
                        line: mark.line, column: mark.column,
                        message: "the key \(quoted(name)) is given again below, in the same "
                            + "mapping; keep one"))
                guard let scalar = Unicode.Scalar(standIn),
                    let key = Self.exchange(scalar, at: mark, of: name, in: &lines)
                else {
                    problems = repeats
                    return
                }
                standIns.insert(key)
                text = lines.map { line in
                    var view = String.UnicodeScalarView()
                    view.append(contentsOf: line)
                    return String(view)
                }.joined(separator: "\n")
            } catch {
                // An exchange that broke the text: what was known before it is the truth.
                problems = repeats.isEmpty ? [syntaxProblem(error)] : repeats
                return
            }
        }
        problems = repeats
    }

    /// Puts `standIn` for the first character of the key; returns the key's new text.
    private static func exchange(
        _ standIn: Unicode.Scalar, at mark: Mark, of name: String,
        in lines: inout [[Unicode.Scalar]]
    ) -> String? {
        let row = mark.line - 1
        var column = mark.column - 1
        guard lines.indices.contains(row), lines[row].indices.contains(column) else { return nil }
        if lines[row][column] == "\"" || lines[row][column] == "'" { column += 1 }
        let scalars = Array(name.unicodeScalars)
        guard lines[row].indices.contains(column), lines[row][column] == scalars.first else {
            return nil
        }
        lines[row][column] = standIn
        var key = String.UnicodeScalarView([standIn])
        key.append(contentsOf: scalars.dropFirst())
        return String(key)
    }

    /// Tells whether `key` only stands for a repeated key, which is reported already.
    func isStandIn(_ key: String) -> Bool { standIns.contains(key) }

    private func syntaxProblem(_ error: any Error) -> LocatedProblem {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let severalDocuments = problem == "but found another document"
            let detail = [context?.text, problem].compactMap(\.self).joined(separator: ", ")
            return place(
                line: mark.line, column: mark.column,
                message: severalDocuments
                    ? "a second document begins here; a configuration is one document"
                    : "not valid YAML: \(oneLine(detail))")
        case YamlError.reader(let problem, let offset, _, let yaml):
            let before = yaml.prefix(offset ?? 0)
            return place(
                line: before.count(where: \.isNewline) + 1, column: nil,
                message: "not valid YAML: \(problem)")
        default:
            return place(line: nil, column: nil, message: "not valid YAML: \(oneLine("\(error)"))")
        }
    }

    /// Finds what would take the recursive parser too deep: a bound on the nesting by counting.
    private static func oversize(_ text: String) -> (line: Int?, message: String)? {
        guard text.utf8.count <= Limit.bytes else {
            return (nil, "\(text.utf8.count) bytes; a configuration has at most \(Limit.bytes)")
        }
        let opening = [UInt8(ascii: "["), UInt8(ascii: "{")]
        guard text.utf8.count(where: opening.contains) <= Limit.flowCollections else {
            return (nil, "more than \(Limit.flowCollections) of [ and {; this is no configuration")
        }
        let indicators = Array(" \t-?:".utf8)
        for (row, line) in text.split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        ).enumerated() {
            let isBlank = line.utf8.allSatisfy { $0 == UInt8(ascii: " ") || $0 == 9 }
            if !isBlank, line.utf8.prefix(while: indicators.contains).count > Limit.nestedColumns {
                return (row + 1, "indented by more than \(Limit.nestedColumns) columns")
            }
        }
        return nil
    }
}

// MARK: - Overrides

extension ConfigurationDocument {
    /// Applies `KEY.PATH=VALUE`: the value is YAML, a number in the path names a list's element.
    ///
    /// An index one past the end adds an element, and absent mappings on the way are made.
    mutating func override(_ argument: String) {
        guard let separator = argument.firstIndex(of: "=") else {
            return refuse(argument, "expected KEY.PATH=VALUE, such as training.batch=200")
        }
        let key = argument[..<separator]
        let path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let source = String(argument[argument.index(after: separator)...])
        guard path.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else {
            return refuse(
                argument,
                "\(quoted(String(key))) is no key path; expected keys joined by dots, such as "
                    + "training.batch or layers.0.hidden")
        }
        if let problem = Self.oversize(source) { return refuse(argument, problem.message) }
        do {
            let value = try Yams.compose(yaml: source, .default, .default, .utf8) ?? Node("")
            root = try Self.setting(value, at: path[...], in: root, under: [])
            overrides.removeAll { $0.path.starts(with: path) }
            overrides.append((path, argument))
        } catch let mismatch as PathMismatch {
            refuse(argument, mismatch.message)
        } catch YamlError.duplicatedKeysInMapping(let names, _) {
            refuse(argument, "the key \(quoted(names.first ?? "")) is given more than once")
        } catch {
            refuse(argument, "the value: " + syntaxProblem(error).message)
        }
    }

    private struct PathMismatch: Error {
        var message: String
    }

    private static func setting(
        _ value: Node, at path: ArraySlice<String>, in node: Node?, under parents: [String]
    ) throws(PathMismatch) -> Node {
        guard let step = path.first else { return value }
        let rest = path.dropFirst()
        let here = parents.isEmpty ? "the configuration" : parents.joined(separator: ".")
        switch node {
        case .mapping(var mapping):
            // Compared as text: an override must find the key however the file quotes it.
            let index = mapping.firstIndex { $0.key.scalar?.string == step }
            let child = try setting(
                value, at: rest, in: index.map { mapping[$0].value }, under: parents + [step])
            if let index {
                mapping[index] = (mapping[index].key, child)
                return .mapping(mapping)
            }
            return .mapping(
                .init(Array(mapping) + [(Node(step), child)], mapping.tag, .any, mapping.mark))
        case .sequence(var sequence):
            guard let index = Int(step), index >= 0, index <= sequence.count else {
                let range = sequence.isEmpty ? "0" : "0 to \(sequence.count - 1)"
                throw PathMismatch(
                    message: "\(here) has no element \(quoted(step)); elements are numbered "
                        + "\(range), and \(sequence.count) adds one")
            }
            let isNew = index == sequence.count
            let child = try setting(
                value, at: rest, in: isNew ? nil : sequence[index], under: parents + [step])
            if isNew { sequence.append(child) } else { sequence[index] = child }
            return .sequence(sequence)
        case .scalar(let scalar) where PlainScalar(scalar.string) != .empty:
            throw PathMismatch(
                message: "\(here) is \(quoted(scalar.string)), which has no keys; to replace it, "
                    + "set it as a whole: '\(here)={\(step): …}'")
        case .alias, .scalar, nil:
            if Int(step) != nil {
                return try setting(value, at: path, in: .sequence(.init([])), under: parents)
            }
            return try setting(value, at: path, in: .mapping(.init([])), under: parents)
        }
    }

    private mutating func refuse(_ argument: String, _ message: String) {
        problems.append(
            LocatedProblem(
                isOverride: true, place: "--set \(oneLine(argument))", message: message))
    }
}

// MARK: - Places

extension ConfigurationDocument {
    /// Makes a problem of the value at `path`: at the override that set it, or at its mark.
    func problem(at path: [String], mark: Mark?, message: String) -> LocatedProblem {
        let key = path.joined(separator: ".")
        let setter =
            overrides.last { path.starts(with: $0.path) }
            ?? (mark == nil ? overrides.last { $0.path.starts(with: path) && !path.isEmpty } : nil)
        if let setter {
            return LocatedProblem(
                isOverride: true, place: "--set \(oneLine(setter.argument))", key: key,
                message: message)
        }
        var problem = place(line: mark?.line, column: mark?.column, message: message)
        problem.key = key
        return problem
    }

    private func place(line: Int?, column: Int?, message: String) -> LocatedProblem {
        let parts = [line, column].compactMap { $0.map(String.init) }
        return LocatedProblem(
            line: line, column: column, place: ([oneLine(file)] + parts).joined(separator: ":"),
            message: message)
    }
}
