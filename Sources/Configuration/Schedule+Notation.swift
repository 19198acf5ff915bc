public import RBMCore
import Yams

extension Schedule {
    /// The schedule as a configuration has it.
    public var text: String {
        Notation<Schedule>.schedule.write(self, .full)?.inline ?? ""
    }
}

extension Notation where Value == Schedule {
    /// A word, or a mapping with the one key that names the law and gives its number.
    static var schedule: Notation {
        let words = [("linear", Schedule.linear), ("constant", .constant)]
        let laws = [
            Law(
                "exponential", "FACTOR-PER-EPOCH", .share,
                "The factor by which each epoch multiplies the learning rate."
            ) { .exponential(factor: $0) },
            Law(
                "inverse-time", "HALF-LIFE-IN-EPOCHS", .positive,
                "The number of epochs after which the learning rate is halved."
            ) { .inverseTime(halfLife: $0) },
        ]
        return Notation(
            alternatives: words.map(\.0) + laws.map { "{\($0.name): \($0.argument)}" },
            keys: laws.map(\.declaration),
            parse: { node, place, expected in
                switch node {
                case .scalar(let scalar):
                    if let word = words.first(where: { $0.0 == scalar.string }) { return word.1 }
                    let near = nearestKey(
                        to: scalar.string, among: words.map(\.0) + laws.map(\.name))
                    place.wrong(
                        node, expected + (near.map { "; did you mean `\($0)`?" } ?? ""))
                case .mapping(let mapping) where mapping.count == 1:
                    let given = place.mapping(node, keys: laws.map(\.name))
                    for law in laws {
                        guard let node = given.values[law.name] else { continue }
                        let place = place.place(of: law.name)
                        return law.notation.parse(node, place, law.notation.expected)
                            .map(law.schedule)
                    }
                default: place.wrong(node, expected)
                }
                return nil
            },
            write: { schedule, _ in
                switch schedule {
                case .linear: .scalar("linear")
                case .constant: .scalar("constant")
                case .exponential(let factor):
                    .flow([("exponential", .scalar(yamlText(factor)))])
                case .inverseTime(let halfLife):
                    .flow([("inverse-time", .scalar(yamlText(halfLife)))])
                }
            })
    }
}

/// A schedule that is a law of one number.
private struct Law: Sendable {
    let declaration: Declaration
    /// What the number is, in the words of messages.
    let argument: String
    let notation: Notation<Double>
    let schedule: @Sendable (Double) -> Schedule

    init(
        _ name: String, _ argument: String, _ range: NumberRange, _ help: String,
        schedule: @escaping @Sendable (Double) -> Schedule
    ) {
        notation = .number(range)
        declaration = Declaration(
            name: name, alternatives: notation.alternatives, help: help)
        self.argument = argument
        self.schedule = schedule
    }

    var name: String { declaration.name }
}
