internal import Yams

/// Reads typed values out of a document and collects every problem on the way.
///
/// A value that is wrong is reported and stands as its default, so that reading goes on.
final class ConfigurationReader {
    private let document: ConfigurationDocument
    private(set) var problems: [LocatedProblem]
    /// The place of each value that is given; `nil` for one that an override gives.
    private var marks: [String: Mark?] = [:]
    private var wrongKeys: Set<String> = []

    init(_ document: ConfigurationDocument) {
        self.document = document
        problems = document.problems
    }

    /// Reports a problem of the value at `path`.
    func report(_ path: [String], mark: Mark? = nil, _ message: String) {
        let key = path.joined(separator: ".")
        wrongKeys.insert(key)
        problems.append(
            document.problem(at: path, mark: mark ?? nearestMark(of: path), message: message))
    }

    /// Keeps the place of the value at `path`, for problems that are found later.
    func note(_ path: [String], _ mark: Mark?) {
        marks.updateValue(mark, forKey: path.joined(separator: "."))
    }

    /// Tells whether the file or an override gives the value.
    func isGiven(_ path: [String]) -> Bool { marks[path.joined(separator: ".")] != nil }

    /// Tells whether the value at `path` was reported, or a misspelling of its key.
    func isWrong(_ path: [String]) -> Bool { wrongKeys.contains(path.joined(separator: ".")) }

    /// Tells whether the value at `path`, or one inside it, was reported.
    func isWrongWithin(_ path: [String]) -> Bool {
        let key = path.joined(separator: ".")
        return wrongKeys.contains { $0 == key || $0.hasPrefix(key + ".") }
    }

    private func nearestMark(of path: [String]) -> Mark? {
        var path = path[...]
        while !path.isEmpty {
            if let mark = marks[path.joined(separator: ".")] { return mark }
            path.removeLast()
        }
        return nil
    }

    /// Tells whether the text could not be parsed.
    var isUnreadable: Bool { document.isUnreadable }

    /// Tells whether there is nothing to read.
    var isEmpty: Bool { document.root.map(isEmpty) ?? true }

    /// Tells whether the whole is a mapping, as it must be.
    var hasKeys: Bool { document.root?.mapping != nil }

    /// Opens the root.
    func root() -> ConfigurationSection {
        section(document.root, [], keys: ConfigurationSchema.root)
    }

    /// Opens a mapping; an empty value counts as one without keys.
    func section(_ node: Node?, _ path: [String], keys: [String]) -> ConfigurationSection {
        var values: [String: Node] = [:]
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                guard let name = key.scalar?.string else {
                    report(path, mark: key.mark, "found \(found(key)) as a key; keys are words")
                    continue
                }
                if document.isStandIn(name) { continue }
                guard keys.contains(name) else {
                    reportUnknown(name, in: path, mark: key.mark, keys: keys)
                    continue
                }
                note(path + [name], value.mark ?? key.mark)
                values[name] = value
            }
        case nil: break
        case .some(let node) where isEmpty(node): break
        case .some(let node):
            report(
                path, mark: node.mark,
                "found \(found(node)); expected the keys \(alternatives(keys)), each with a value")
        }
        return ConfigurationSection(reader: self, path: path, values: values)
    }

    private func reportUnknown(_ name: String, in path: [String], mark: Mark?, keys: [String]) {
        var hint = ""
        if name == "<<" {
            hint = "merge keys are not supported; write the keys out, or name a whole value with "
                + "an anchor. "
        } else if let near = nearestKey(to: name, among: keys) {
            hint = "did you mean `\(near)`? "
            wrongKeys.insert((path + [near]).joined(separator: "."))
        } else if let home = ConfigurationSchema.home(of: name) {
            hint = "did you mean `\(home)`? "
        }
        // Reported at the key itself, so that it sorts and reads by its own line.
        problems.append(
            document.problem(
                at: path + [oneLine(name)], mark: mark,
                message: "unknown key; \(hint)Keys here: \(keys.joined(separator: ", "))"))
    }

    /// Words for what stands in the file in place of the expected.
    func found(_ node: Node) -> String {
        switch node {
        case .mapping: return "a mapping"
        case .sequence(let sequence): return "a list of \(sequence.count)"
        case .alias(let alias): return "the alias \(alias.anchor)"
        case .scalar(let scalar):
            switch plain(scalar) {
            case .empty: return "no value"
            case .boolean: return "the yes-or-no value \(oneLine(scalar.string))"
            case .notFinite: return "\(oneLine(scalar.string)), not a finite number"
            case .integer, .hexadecimal, .real: return oneLine(String(scalar.string.prefix(60)))
            case .text, nil: return "the text \(quoted(scalar.string))"
            }
        }
    }

    /// The reading of an unquoted scalar; `nil` when it is quoted, tagged a string, or has a tag
    /// of no meaning here.
    func plain(_ scalar: Node.Scalar) -> PlainScalar? {
        let standard = ["", "null", "bool", "int", "float"].map {
            $0.isEmpty ? "" : "tag:yaml.org,2002:\($0)"
        }
        guard scalar.style == .plain || scalar.style == .any,
            standard.contains(scalar.tag.rawValue)
        else { return nil }
        return PlainScalar(scalar.string)
    }

    private func isEmpty(_ node: Node) -> Bool {
        node.scalar.flatMap(plain) == .empty
    }
}

/// A mapping of the configuration whose keys are known.
struct ConfigurationSection {
    let reader: ConfigurationReader
    let path: [String]
    let values: [String: Node]

    /// Tells whether the section holds the key.
    func has(_ key: String) -> Bool { values[key] != nil }

    /// Opens the mapping at `key`.
    func section(_ key: String, keys: [String]) -> ConfigurationSection {
        reader.section(values[key], path + [key], keys: keys)
    }

    /// Returns the elements of the list at `key`, an empty list when it is absent or no list.
    func list(_ key: String, of words: String) -> [Node] {
        guard let node = values[key] else { return [] }
        if let sequence = node.sequence {
            for (index, element) in sequence.enumerated() {
                reader.note(path + [key, String(index)], element.mark)
            }
            return Array(sequence)
        }
        wrong(key, node, "a list of \(words), each begun with \"- \"")
        return []
    }

    /// Reads an integer in `range`.
    func integer(_ key: String, _ range: ClosedRange<Int>, default value: Int) -> Int {
        integer(key, range, or: []) ?? value
    }

    /// Reads an integer in `range`; `nil` when it is absent, wrong, or one of `words`.
    func integer(_ key: String, _ range: ClosedRange<Int>, or words: [String]) -> Int? {
        guard let node = values[key] else { return nil }
        if let word = node.scalar?.string, words.contains(word) { return nil }
        let expected = alternatives(
            ["an integer from \(range.lowerBound) to \(range.upperBound)"] + words)
        let plain = node.scalar.flatMap(reader.plain)
        let integer: Int? =
            switch plain {
            case .integer(let digits): Int(digits)
            case .hexadecimal(let digits): Int(digits, radix: 16)
            default: nil
            }
        if let integer, range.contains(integer) { return integer }
        if let whole = plain?.number.flatMap({ Int(exactly: $0) }), range.contains(whole) {
            wrong(key, node, "an integer; write \(whole)")
        } else {
            wrong(key, node, expected)
        }
        return nil
    }

    /// Reads an unsigned integer of 64 bits.
    func unsigned(_ key: String, default value: UInt64) -> UInt64 {
        guard let node = values[key] else { return value }
        let number: UInt64? =
            switch node.scalar.flatMap(reader.plain) {
            case .integer(let digits): UInt64(digits)
            case .hexadecimal(let digits): UInt64(digits, radix: 16)
            default: nil
            }
        if number == nil { wrong(key, node, "an integer from 0 to \(UInt64.max)") }
        return number ?? value
    }

    /// Reads a number in `range`.
    func number(_ key: String, _ range: NumberRange, default value: Double) -> Double {
        number(key, range, or: []) ?? value
    }

    /// Reads a number in `range`; `nil` when it is absent, wrong, or one of `words`.
    func number(_ key: String, _ range: NumberRange, or words: [String]) -> Double? {
        guard let node = values[key] else { return nil }
        if let word = node.scalar?.string, words.contains(word) { return nil }
        guard let number = node.scalar.flatMap(reader.plain)?.number, range.admits(number) else {
            wrong(key, node, alternatives([range.description] + words))
            return nil
        }
        return number
    }

    /// Reads true or false.
    func boolean(_ key: String, default value: Bool) -> Bool {
        guard let node = values[key] else { return value }
        if case .boolean(let boolean) = node.scalar.flatMap(reader.plain) { return boolean }
        wrong(key, node, "true or false")
        return value
    }

    /// Reads one of the words of a choice.
    func word<Choice: ConfiguredWord>(
        _ key: String, default value: Choice, among choices: [Choice] = Array(Choice.allCases)
    ) -> Choice {
        guard let node = values[key] else { return value }
        let words = choices.map(\.rawValue)
        if let text = node.scalar?.string {
            if let choice = choices.first(where: { $0.rawValue == text }) { return choice }
            if let near = nearestKey(to: text, among: words) {
                wrong(key, node, "\(alternatives(words)); did you mean `\(near)`?")
                return value
            }
        }
        wrong(key, node, alternatives(words))
        return value
    }

    /// Reads an interval.
    func interval(
        _ key: String, units: [String] = ["steps", "epochs", "minutes"], mayBeEmpty: Bool = false,
        default value: Interval
    ) -> Interval {
        guard let node = values[key] else { return value }
        let expected =
            "an interval \(mayBeEmpty ? "of at least 0" : "above 0"), "
            + "written \(alternatives(units.map { "`N \($0)`" }))"
        guard let text = node.scalar?.string else {
            wrong(key, node, expected)
            return value
        }
        guard let interval = Interval(text), mayBeEmpty || !interval.isEmpty else {
            wrong(key, node, expected)
            return value
        }
        if !units.contains("minutes"), case .minutes = interval {
            wrong(key, node, expected + "; minutes would make the result depend on the machine")
            return value
        }
        return interval
    }

    /// Reads a file name; one that looks like a number or a boolean needs quotation marks.
    func fileName(_ key: String) -> String? {
        guard let node = values[key] else { return nil }
        let plain = node.scalar.flatMap(reader.plain)
        guard let name = node.scalar?.string, plain == nil || plain == .text, isFileName(name)
        else {
            let isLiteral = plain != nil && plain != .empty && plain != .text
            let hint = isLiteral ? "; if the file is really called so, quote it" : ""
            wrong(key, node, "a file name" + hint)
            return nil
        }
        return name
    }

    /// Tells whether a file can have the name.
    func isFileName(_ name: String) -> Bool {
        !name.isEmpty
            && !name.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    /// The text of an unquoted scalar, for words that stand beside a number.
    func plainText(_ node: Node) -> String? {
        guard let scalar = node.scalar, reader.plain(scalar) != nil else { return nil }
        return scalar.string
    }

    /// Reports what stands at `key`.
    func wrong(_ key: String, _ node: Node, _ expected: String) {
        reader.report(path + [key], mark: node.mark, "found \(reader.found(node)); expected \(expected)")
    }
}
