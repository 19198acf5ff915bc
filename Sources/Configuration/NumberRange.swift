/// An interval of real numbers that a value must lie in, worded for messages.
struct NumberRange: Sendable {
    private let words: String
    private let contains: @Sendable (Double) -> Bool

    func admits(_ value: Double) -> Bool { contains(value) }

    var description: String { words }

    /// 0 < x, and still so as Float: the trainer's arithmetic is float32.
    static let positive = NumberRange(words: "a number above 0") {
        $0 > 0 && Float($0) > 0 && Float($0).isFinite
    }
    /// 0 ≤ x, finite as Float.
    static let notNegative = NumberRange(words: "a number of at least 0") {
        $0 >= 0 && Float($0).isFinite
    }
    /// 0 ≤ x < 1.
    static let belowOne = NumberRange(words: "a number from 0 to below 1") { $0 >= 0 && $0 < 1 }
    /// 0 ≤ x ≤ 1.
    static let unit = NumberRange(words: "a number from 0 to 1") { $0 >= 0 && $0 <= 1 }
    /// 0 < x ≤ 1.
    static let share = NumberRange(words: "a number above 0 and at most 1") { $0 > 0 && $0 <= 1 }
    /// 0 ≤ K ≤ 10.
    static let coupling = NumberRange(
        words: "a number from 0 to \(yamlText(ConfigurationLimit.coupling))"
    ) { $0 >= 0 && $0 <= ConfigurationLimit.coupling }
}
