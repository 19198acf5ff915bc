import Yams

/// The YAML tree of a configuration with its overrides applied, and the places of its values.
struct ConfigurationDocument {
    /// The tree; `nil` for a file without content.
    private(set) var root: Node?
    /// What is wrong with the text or the overrides as such.
    private(set) var problems: [LocatedProblem] = []

    private let file: String
    /// The overrides that set a value, numbered from 1 as they came.
    private var overrides: [(number: Int, path: [String], argument: String)] = []
    private var overrideCount = 0
    /// The keys that stand for the earlier occurrences of repeated keys.
    private var standIns: Set<String> = []

    /// Limits that keep the recursive parser within its stack on hostile text.
    enum Limit {
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
    /// Composes the tree; repeated keys do not hide what else is wrong.
    private mutating func compose(_ text: String) {
        let composed = RepeatedKeys.compose(text)
        root = composed.root
        standIns = composed.standIns
        problems = composed.repeats.map { key in
            place(
                line: key.line, column: key.column,
                message: "the key \(quoted(key.name)) is given again below, in the same mapping; "
                    + "keep one")
        }
        // Where keys were repeated, the text that could not be parsed is not that of the file.
        if let error = composed.error, problems.isEmpty { problems = [syntaxProblem(error)] }
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

    /// Finds text that might take the recursive parser too deep, by counting what can nest.
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
        overrideCount += 1
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
            root = try setting(value, at: path[...], in: root)
            overrides.removeAll { $0.path.starts(with: path) }
            overrides.append((overrideCount, path, argument))
        } catch let mismatch as PathMismatch {
            refuse(argument, mismatch.message)
        } catch YamlError.duplicatedKeysInMapping(let names, _) {
            refuse(argument, "the key \(quoted(names.first ?? "")) is given more than once")
        } catch {
            refuse(argument, "the value: " + syntaxProblem(error).message)
        }
    }

    /// Reports an override that sets nothing, before what is wrong with values that are set.
    private mutating func refuse(_ argument: String, _ message: String) {
        problems.append(
            LocatedProblem(
                override: 0, place: "--set \(oneLine(argument))", message: message))
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
                override: setter.number, place: "--set \(oneLine(setter.argument))", key: key,
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
