/// A stretch of training, as the configuration writes it: `N steps`, `N epochs` or `N minutes`.
public enum Interval: Sendable, Equatable {
    /// A number of updates.
    case steps(Int)
    /// A number of passes over the training data; need not be whole.
    case epochs(Double)
    /// Wall time; need not be whole.
    case minutes(Double)

    /// The largest count of any unit.
    static let upperBound = 1_000_000_000

    /// Reads `N UNIT`, the unit in the singular or plural; `nil` when `text` is no interval.
    ///
    /// Steps are whole, epochs and minutes may be fractions, and all lie in 0…10⁹.
    public init?(_ text: String) {
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

    /// Tells whether nothing is in it.
    public var isEmpty: Bool {
        switch self {
        case .steps(let count): count == 0
        case .epochs(let count), .minutes(let count): count == 0
        }
    }

    /// Returns the updates in the interval, rounded to the nearest; `nil` for minutes.
    ///
    /// An interval that is not empty has at least one step.
    public func steps(perEpoch: Int) -> Int? {
        precondition(perEpoch > 0, "an epoch has \(perEpoch) steps, expected at least 1")
        switch self {
        case .steps(let count): return count
        case .epochs(let count):
            let product = (count * Double(perEpoch)).rounded()
            return isEmpty ? 0 : max(1, Int(exactly: product) ?? Int.max)
        case .minutes: return nil
        }
    }
}

extension Interval: CustomStringConvertible {
    /// The interval as the configuration writes it, such as `1 epoch`.
    public var description: String {
        switch self {
        case .steps(let count): "\(count) \(count == 1 ? "step" : "steps")"
        case .epochs(let count): "\(yamlText(count)) \(count == 1 ? "epoch" : "epochs")"
        case .minutes(let count): "\(yamlText(count)) \(count == 1 ? "minute" : "minutes")"
        }
    }
}
