import Yams

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
        reader.report(
            path + [key], mark: node.mark,
            "found \(reader.found(node)); expected \(expected)")
    }
}
