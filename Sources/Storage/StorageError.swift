import SystemPackage

/// A file that cannot be read or written as asked.
public struct StorageError: Error, CustomStringConvertible, Equatable, Sendable {
    /// What is at fault, which decides the exit code of the command.
    public enum Kind: Sendable {
        /// An input is missing, damaged, or of a kind that is not supported.
        case badFile
        /// Of several files one good one would be enough, and all are bad.
        case allBad
        /// The contents of an input take more memory than there is.
        case noRoom
        /// An output cannot be written: permissions, a full disk, a folder in the way.
        case cannotWrite
    }

    /// What is at fault.
    public let kind: Kind
    /// The file, as the user named it.
    public let file: String
    /// The full sentence for the user: the file, what was found, what was expected, what to do.
    public let description: String

    /// The sentence without the file.
    public let problem: String

    /// Creates the error; `problem` follows the file's name and a colon in the description.
    public init(_ kind: Kind, _ file: String, _ problem: String) {
        self.kind = kind
        self.file = file
        // Both may be words of a stranger.
        self.problem = printable(problem)
        description = "\(printable(file)): \(self.problem)"
    }

    /// Creates the error of a system call that failed.
    ///
    /// It contains what failed, the operating system's words, and advice for the common reasons.
    init(_ kind: Kind, _ file: String, _ problem: String, because reason: any Error) {
        let advice =
            switch reason as? Errno {
            case .noSuchFileOrDirectory, .notDirectory: " Check the name."
            case .permissionDenied, .notPermitted, .readOnlyFileSystem:
                " Change its permissions, or choose another place."
            case .noSpace, .diskQuotaExceeded: " Free some space, or choose another place."
            default: ""
            }
        self.init(kind, file, "\(problem): \(reason).\(advice)")
    }

    /// Returns the same sentence for another kind.
    func blaming(_ kind: Kind) -> StorageError { StorageError(kind: kind, copying: self) }

    private init(kind: Kind, copying other: StorageError) {
        self.kind = kind
        file = other.file
        problem = other.problem
        description = other.description
    }
}
