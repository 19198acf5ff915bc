import Yams

/// Reads typed values out of a document and collects every problem on the way.
///
/// A value that is wrong is reported and left at its default, so that reading goes on.
final class ConfigurationReader {
    private let document: ConfigurationDocument
    private(set) var problems: [LocatedProblem]
    /// The place of each value that is given; `nil` for one that an override gives.
    private var marks: [String: Mark?] = [:]
    private var wrongKeys: Set<String> = []
    /// How many unknown keys were met; of many of them no near keys are looked for.
    private var unknownKeys = 0

    /// Tells whether a run wrote the text, so that a missing key came later than the run.
    private let isStored: Bool

    /// Parses the text and applies the overrides, unless the text cannot be read.
    init(text: String, file: String, overrides: [String] = [], isStored: Bool = false) {
        var document = ConfigurationDocument(text: text, file: file)
        if !document.isUnreadable {
            for argument in overrides { document.override(argument) }
        }
        self.document = document
        self.isStored = isStored
        problems = document.problems
    }

    /// Reads the whole; nil, with the reason reported, when there is nothing to read.
    ///
    /// Only each value by itself is checked, and stands as its default where it is wrong.
    func configuration() -> RunConfiguration? {
        if document.isUnreadable { return nil }
        guard let root = document.root, !isEmpty(root) else {
            report(
                [],
                "the configuration is empty; it needs at least `data` and `layers` "
                    + "(`wilson defaults` prints a whole one)")
            return nil
        }
        let place = Place(reader: self, path: [])
        guard root.mapping != nil else {
            _ = place.mapping(root, keys: RunConfiguration.settings.map(\.name))
            return nil
        }
        var configuration = start(of: RunConfiguration.self)
        configuration.read(root, at: place)
        return configuration
    }

    /// Reads the whole as one value; nil for a wrong one, which is reported.
    func read<Value>(_ notation: Notation<Value>) -> Value? {
        if document.isUnreadable { return nil }
        guard let root = document.root, !isEmpty(root) else {
            report([], "is empty; expected \(notation.expected)")
            return nil
        }
        return notation.parse(root, Place(reader: self, path: []), notation.expected)
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

    /// Returns what a section is before its mapping is read.
    func start<Section: ConfiguredSection>(of section: Section.Type) -> Section {
        isStored ? .neutral : .defaults
    }

    /// Returns the values of a mapping by their keys, and reports the keys that are not known.
    func values(of node: Node?, _ path: [String], keys: [String]) -> [String: Node] {
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
        return values
    }

    private func reportUnknown(_ name: String, in path: [String], mark: Mark?, keys: [String]) {
        var hint = ""
        unknownKeys += 1
        if unknownKeys > ConfigurationError.most {
            // No text of it is read by anybody.
        } else if name == "<<" {
            hint =
                "merge keys are not supported; write the keys out, or name a whole value with "
                + "an anchor. "
        } else if let near = nearestKey(to: name, among: keys) {
            hint = "did you mean `\(near)`? "
            wrongKeys.insert((path + [near]).joined(separator: "."))
        } else if let home = RunConfiguration.declarations.home(of: name) {
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
