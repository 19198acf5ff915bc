import Yams

/// How the ranks of a run divide its work: groups share the cases, and the ranks of a group share the
/// hidden units.
///
/// The model does not depend on it, bit for bit, where products are of integers.
public struct GridShape: Sendable, Equatable, CustomStringConvertible {
    /// The number of groups.
    public let data: Int
    /// The ranks of a group.
    public let hidden: Int

    public init(data: Int, hidden: Int) {
        precondition(data > 0 && hidden > 0, "a grid of \(data)×\(hidden) ranks")
        self.data = data
        self.hidden = hidden
    }

    /// Reads text such as `2x4` or `2×4`; nil for other text.
    public init?(_ text: String) {
        let numbers = text.split(omittingEmptySubsequences: false) { $0 == "x" || $0 == "×" }
        guard numbers.count == 2, let data = Self.number(numbers[0]),
            let hidden = Self.number(numbers[1])
        else { return nil }
        self.init(data: data, hidden: hidden)
    }

    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text).flatMap { (1...mostRanks).contains($0) ? $0 : nil }
    }

    /// The most ranks along a side.
    private static let mostRanks = 1_000_000

    public var description: String { "\(data)x\(hidden)" }

    /// What is expected where a grid stands.
    public static let expected = "DATAxHIDDEN, such as 2x4"
}

extension Notation where Value == GridShape? {
    /// A grid, or `auto` for nil.
    static var grid: Notation {
        .either(
            .scalar([GridShape.expected], write: \.description) { node, place, expected in
                if let grid = node.scalar.flatMap({ GridShape($0.string) }) { return grid }
                place.wrong(node, expected)
                return nil
            }, or: "auto")
    }
}
