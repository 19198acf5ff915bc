import SystemPackage

/// Standard output and standard error, written without a buffer.
///
/// `print` keeps text in a buffer and never tells that a write failed. `FileHandle` ends the
/// program.
public enum StandardStream: Sendable {
    case output
    case error

    /// Writes a text.
    ///
    /// Throws `cannotWrite`.
    public func write(_ text: String) throws(StorageError) {
        let (file, name) =
            switch self {
            case .output: (FileDescriptor.standardOutput, "standard output")
            case .error: (FileDescriptor.standardError, "standard error")
            }
        try unsafe writeAll(Array(text.utf8).span.bytes, to: file, named: name)
    }
}
