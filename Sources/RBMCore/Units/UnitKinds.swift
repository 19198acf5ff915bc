/// The kinds of units, by name.
public enum UnitKinds {
    /// Every kind.
    public static let all: [any UnitKind] = [.bernoulli, .spin, .gaussian]

    /// The kinds of two states.
    public static let binary = all.filter { $0.alternatives == 2 }

    /// The kinds of hidden units: those whose states can be counted.
    public static let hidden = all.filter(\.isDiscrete)

    /// Returns the kind of a name; nil if no kind has it.
    public static func kind(named name: String) -> (any UnitKind)? {
        all.first { $0.name == name }
    }
}
