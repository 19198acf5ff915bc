/// Standard output and standard error, written without a buffer.
///
/// `print` keeps text in a buffer and never says that a write failed; `FileHandle` ends the program.
public enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes a text.
    ///
    /// Throws `cannotWrite`.
    public func write(_ text: String) throws(StorageError) {
        let name = self == .output ? "standard output" : "standard error"
        try unsafe writeAll(Array(text.utf8).span.bytes, to: rawValue, named: name)
    }
}
