import RBMCore
import Yams

extension Notation where Value == Momentum {
    /// A number, or a ramp between two.
    static var momentum: Notation {
        let ramp = Notation.inline
        return Notation(
            alternatives: ["\(NumberRange.belowOne.description), or \(Momentum.example)"],
            keys: ramp.keys,
            parse: { node, place, expected in
                guard node.mapping == nil else { return ramp.parse(node, place, expected) }
                guard let number = place.plain(node)?.number, NumberRange.belowOne.admits(number)
                else {
                    place.wrong(node, expected)
                    return nil
                }
                return .constant(number)
            },
            write: { momentum, wording in
                momentum.isConstant
                    ? .scalar(yamlText(momentum.to)) : ramp.write(momentum, wording)
            })
    }
}

extension Momentum: ConfiguredSection {
    fileprivate static let example = "{from: 0.5, to: 0.9, over: 5 epochs}"

    static let settings = [
        Setting(
            "from", \Momentum.from, .number(.belowOne), required: example,
            "The momentum of the first step."),
        Setting(
            "to", \Momentum.to, .number(.belowOne), required: example,
            "The momentum at the end of the ramp, and of all later steps."),
        Setting(
            "over", \Momentum.over, .trainingInterval(mayBeEmpty: false), required: example,
            "How long the momentum changes, linearly; steps or epochs."),
    ]

    static let defaults = Momentum(from: 0, to: 0, over: .epochs(1))
}
