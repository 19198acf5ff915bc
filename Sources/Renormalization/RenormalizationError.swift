/// Reports a question that a method cannot answer, with the reason and a remedy.
///
/// A refusal is worth more than a number without meaning.
public enum RenormalizationError: Error, Equatable, Sendable {
    /// A lattice, coupling or parameter is out of the method's reach.
    case argument(String)
    /// A model or a file is not what the method measures.
    case model(String)
    /// A calculation did not converge.
    case numerical(String)
}

extension RenormalizationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .argument(let reason), .model(let reason), .numerical(let reason): reason
        }
    }
}
