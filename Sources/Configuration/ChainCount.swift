import Yams

/// How many persistent chains there are.
public enum ChainCount: Sendable, Equatable {
    /// As many as the batch has cases, and at least 200.
    case automatic
    /// As many as the batch has cases.
    case batch
    case number(Int)

    public func value(ofBatch batch: Int) -> Int {
        switch self {
        case .automatic: max(batch, 200)
        case .batch: batch
        case .number(let count): count
        }
    }
}

extension Notation where Value == ChainCount {
    /// A number, or one of two words.
    static var chainCount: Notation {
        let words: [(String, ChainCount)] = [("auto", .automatic), ("batch", .batch)]
        let number = Notation<Int>.integer(1...ConfigurationLimit.batch)
        return Notation(
            alternatives: number.alternatives + words.map(\.0),
            parse: { node, place, expected in
                let word = words.first { $0.0 == node.scalar?.string }
                return word?.1 ?? number.parse(node, place, expected).map { .number($0) }
            },
            write: { value, wording in
                if case .number(let count) = value { return number.write(count, wording) }
                return words.first { $0.1 == value }.map { .scalar($0.0) }
            })
    }
}
