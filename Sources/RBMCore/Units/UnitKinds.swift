/// The kinds of units, by name.
public enum UnitKinds {
    /// A unit of every kind, for tests and lists; the categorical one has three states.
    public static let all: [any UnitKind] = [.bernoulli, .spin, .gaussian, .categorical(3)]

    /// The kinds of two states.
    public static let binary = all.filter { $0.alternatives == 2 }

    /// The kinds of hidden units that can be trained, and of which a stack is made: those whose states
    /// can be counted.
    public static let hidden = all.filter(\.isDiscrete)

    /// Returns the kind of a name; nil if no kind has it.
    ///
    /// - Parameter states: How many states a categorical unit has; other kinds ignore it.
    public static func kind(named name: String, states: Int) -> (any UnitKind)? {
        guard let kind = all.first(where: { $0.name == name }) else { return nil }
        return kind.columns == 1 ? kind : Categorical(states: states)
    }
}
