import Yams

extension Notation {
    /// A value that is one scalar.
    static func scalar(
        _ alternatives: [String], write: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (_ node: Node, Place, _ expected: String) -> Value?
    ) -> Notation {
        Notation(
            alternatives: alternatives, parse: parse, write: { value, _ in .scalar(write(value)) })
    }

    /// One of some words.
    static func word(
        _ choices: [Value], _ word: @escaping @Sendable (Value) -> String
    ) -> Notation {
        let words = choices.map(word)
        return scalar(words, write: word) { node, place, expected in
            let text = node.scalar?.string
            if let index = words.firstIndex(where: { $0 == text }) { return choices[index] }
            if let text, let near = nearestKey(to: text, among: words) {
                place.wrong(node, "\(expected); did you mean `\(near)`?")
            } else {
                place.wrong(node, expected)
            }
            return nil
        }
    }
}

extension Notation where Value: CaseIterable & RawRepresentable<String> {
    /// One of the words that are the raw values.
    static var word: Notation { word(Array(Value.allCases), \.rawValue) }
}

extension Notation where Value == Bool {
    /// true or false.
    static var boolean: Notation {
        scalar(["true or false"], write: { String($0) }) { node, place, expected in
            if case .boolean(let boolean) = place.plain(node) { return boolean }
            place.wrong(node, expected)
            return nil
        }
    }
}

extension Notation where Value == Int {
    /// An integer in a range.
    static func integer(_ range: ClosedRange<Int>) -> Notation {
        let words = "an integer from \(range.lowerBound) to \(range.upperBound)"
        return scalar([words], write: { String($0) }) { node, place, expected in
            let plain = place.plain(node)
            let integer: Int? =
                switch plain {
                case .integer(let digits): Int(digits)
                case .hexadecimal(let digits): Int(digits, radix: 16)
                default: nil
                }
            if let integer, range.contains(integer) { return integer }
            if let whole = plain?.number.flatMap({ Int(exactly: $0) }), range.contains(whole) {
                place.wrong(node, "an integer; write \(whole)")
            } else {
                place.wrong(node, expected)
            }
            return nil
        }
    }
}

extension Notation where Value == UInt64 {
    /// An integer of 64 bits without a sign.
    static var unsigned: Notation {
        scalar(
            ["an integer from 0 to \(UInt64.max)"], write: { String($0) }
        ) { node, place, expected in
            let number: UInt64? =
                switch place.plain(node) {
                case .integer(let digits): UInt64(digits)
                case .hexadecimal(let digits): UInt64(digits, radix: 16)
                default: nil
                }
            if number == nil { place.wrong(node, expected) }
            return number
        }
    }
}

extension Notation where Value == Double {
    /// A number in a range.
    static func number(_ range: NumberRange) -> Notation {
        scalar([range.description], write: { yamlText($0) }) { node, place, expected in
            guard let number = place.plain(node)?.number, range.admits(number) else {
                place.wrong(node, expected)
                return nil
            }
            return number
        }
    }
}

extension Notation where Value == String {
    /// A name of a file; one that looks like a number or a boolean needs quotation marks.
    static var fileName: Notation {
        scalar(["a file name"], write: { yamlText($0) }) { node, place, expected in
            let plain = place.plain(node)
            if let name = place.fileName(node) { return name }
            let isLiteral = plain != nil && plain != .empty && plain != .text
            let hint = isLiteral ? "; if the file is really called so, quote it" : ""
            place.wrong(node, expected + hint)
            return nil
        }
    }
}

extension Place {
    /// The name of a file that a node gives; nil for a number, a boolean, or what names no file.
    func fileName(_ node: Node) -> String? {
        let plain = plain(node)
        guard let name = node.scalar?.string, plain == nil || plain == .text, !name.isEmpty,
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return nil }
        return name
    }
}
