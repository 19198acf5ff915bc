/// A network between hosts.
struct Link: Sendable, Equatable {
    /// What a host can send in a second, in bytes.
    var bytesPerSecond: Double
    /// The time of a message without contents.
    var seconds: Double
}

/// For how many nodes, with what between them, times shall be predicted.
public struct PredictionWish: Sendable, Equatable {
    let nodes: [Int]
    let link: Link
    let linkText: String

    /// Words that are no wish.
    public struct Refusal: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    private static let expected =
        "expected nodes=64,1024 and link=100Gbit,1.5us (kbit, Mbit or Gbit a second; ns, us or ms)"

    /// Reads `nodes=64,1024` and `link=100Gbit,1.5us`, in any order.
    public init(_ words: [String]) throws(Refusal) {
        var nodes: [Int]?
        var link: (Link, String)?
        for word in words {
            let parts = word.split(separator: "=", omittingEmptySubsequences: false)
            switch parts.first {
            case "nodes" where parts.count == 2 && nodes == nil:
                nodes = parts[1].split(separator: ",", omittingEmptySubsequences: false)
                    .map { Int($0) ?? 0 }
            case "link" where parts.count == 2 && link == nil:
                let values = parts[1].split(separator: ",", omittingEmptySubsequences: false)
                guard values.count == 2,
                    let bits = Self.value(values[0], ["kbit": 1e3, "Mbit": 1e6, "Gbit": 1e9]),
                    let seconds = Self.value(values[1], ["ns": 1e-9, "us": 1e-6, "ms": 1e-3])
                else { throw Refusal(description: "`\(word)` is not a link; \(Self.expected)") }
                link = (Link(bytesPerSecond: bits / 8, seconds: seconds), String(parts[1]))
            default: throw Refusal(description: "`\(word)` is not known here; \(Self.expected)")
            }
        }
        guard let nodes, let link else {
            throw Refusal(
                description: "`\(words.joined(separator: " "))` does not say both; \(Self.expected)"
            )
        }
        guard nodes.allSatisfy({ (1...1_000_000).contains($0) }) else {
            throw Refusal(description: "nodes are 1 to 1,000,000; \(Self.expected)")
        }
        self.nodes = nodes
        self.link = link.0
        linkText = link.1
    }

    /// The value of a number with its unit, above 0.
    private static func value(_ text: Substring, _ units: [String: Double]) -> Double? {
        for (unit, factor) in units where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)), number > 0, number.isFinite else {
                return nil
            }
            return number * factor
        }
        return nil
    }
}
