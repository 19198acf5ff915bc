/// The kinds of units that there are, by name.
public enum UnitKinds {
    /// Every kind.
    public static let all: [any UnitKind] = [.bernoulli, .spin, .gaussian]

    /// The kinds whose states can be counted: those of hidden units and of integer arithmetic.
    public static let discrete = all.filter(\.isDiscrete)

    /// The kind of a name; nil if no kind has it.
    public static func kind(named name: String) -> (any UnitKind)? {
        all.first { $0.name == name }
    }
}
