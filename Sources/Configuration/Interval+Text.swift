public import RBMCore
import Yams

extension Interval {
    /// The largest count of any unit.
    static let upperBound = 1_000_000_000

    /// Reads `N UNIT`, where the unit is singular or plural; nil if `text` is not an interval.
    ///
    /// Steps are whole, epochs and minutes may be fractions, and all lie in 0…10⁹.
    init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let number = PlainScalar(String(words[0])).number,
            number >= 0, number <= Double(Self.upperBound)
        else { return nil }
        switch words[1] {
        case "step", "steps":
            guard let count = Int(exactly: number) else { return nil }
            self = .steps(count)
        case "epoch", "epochs": self = .epochs(number)
        case "minute", "minutes": self = .minutes(number)
        default: return nil
        }
    }

    /// The interval as a configuration writes it, such as `1 epoch`.
    public var text: String {
        switch self {
        case .steps(let count): "\(count) \(count == 1 ? "step" : "steps")"
        case .epochs(let count): "\(yamlText(count)) \(count == 1 ? "epoch" : "epochs")"
        case .minutes(let count): "\(yamlText(count)) \(count == 1 ? "minute" : "minutes")"
        }
    }
}

extension Notation where Value == Interval {
    /// An interval of some length.
    static var interval: Notation { interval(["steps", "epochs", "minutes"], mayBeEmpty: false) }

    /// An interval of steps or epochs, for what would depend on the machine if it counted minutes.
    static func trainingInterval(mayBeEmpty: Bool) -> Notation {
        interval(["steps", "epochs"], mayBeEmpty: mayBeEmpty)
    }

    private static func interval(_ units: [String], mayBeEmpty: Bool) -> Notation {
        let words =
            "an interval \(mayBeEmpty ? "of at least 0" : "above 0"), "
            + "written \(Configuration.alternatives(units.map { "`N \($0)`" }))"
        return scalar([words], write: \.text) { node, place, expected in
            guard let interval = node.scalar.flatMap({ Interval($0.string) }),
                mayBeEmpty || !interval.isEmpty
            else {
                place.wrong(node, expected)
                return nil
            }
            if case .minutes = interval, !units.contains("minutes") {
                place.wrong(
                    node, expected + "; minutes would make the result depend on the machine")
                return nil
            }
            return interval
        }
    }
}
