/// Reports a question that a method cannot answer, with the reason and what would answer it.
///
/// An instrument that says no is worth more than a number without meaning.
public enum RenormalizationError: Error, Equatable, Sendable {
    /// A lattice, coupling or parameter outside the method's reach.
    case argument(String)
    /// A model or file that is not what the method measures.
    case model(String)
    /// A calculation that did not converge.
    case numerical(String)
}

extension RenormalizationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .argument(let reason), .model(let reason), .numerical(let reason): reason
        }
    }
}
