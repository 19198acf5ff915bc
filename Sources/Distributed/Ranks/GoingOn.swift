/// Which command goes on with a training that was ended before its end.
public enum GoingOn: Sendable {
    /// The same one.
    case sameCommand
    /// The same one with another option.
    case adding(String)
    /// The same one without an option, which asks for another start.
    case leavingOut(String)

    /// The command, in words.
    public var words: String {
        switch self {
        case .sameCommand: "the same command"
        case .adding(let option): "the same command with \(option)"
        case .leavingOut(let option): "the same command without \(option)"
        }
    }
}
