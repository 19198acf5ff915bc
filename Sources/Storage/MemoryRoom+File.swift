/// The least bytes for which the system is asked whether it has them: to ask takes some 50 microseconds.
private let leastBytesAsked = 1 << 24

/// Fails where a file takes more memory of this process than there is.
///
/// A page that the process has not touched takes no memory yet, and the kernel ends a process that touches one
/// when none is left. So whoever takes much memory for what is in a file asks first.
///
/// Throws `noRoom`, which tells both sizes.
/// - Parameters:
///   - bytes: What is going to be taken beside what is held.
///   - path: The file, for the message.
public func checkRoom(for bytes: Int, of path: String) throws(StorageError) {
    try checkRoom(for: bytes, of: path, in: bytes < leastBytesAsked ? nil : .now)
}

/// - Parameter room: nil where the system does not tell.
func checkRoom(
    for bytes: Int, of path: String, in room: MemoryRoom?
) throws(StorageError) {
    guard let (left, limit) = room?.least, bytes > left else { return }
    throw StorageError(
        .noRoom, path,
        "its contents take at least \(megabytes(Double(bytes))) of memory, and \(limit) "
            + "\(megabytes(Double(left))). Name a smaller file or a plain NPY or IDX file, which is read "
            + "where it lies; or take a host with more memory.")
}

extension Array {
    /// Makes room for some elements at the end, and fails where an array of a file then takes more memory than
    /// there is.
    ///
    /// Throws `noRoom`, which names `path`.
    mutating func reserveRoom(forMore count: Int, of path: String) throws(StorageError) {
        let needed = self.count + count
        guard needed > capacity else { return }
        // As an array grows by itself.
        let capacity = Swift.max(needed, 2 * capacity)
        try checkRoom(for: capacity * MemoryLayout<Element>.stride, of: path)
        reserveCapacity(capacity)
    }
}

/// Returns a number of bytes as whole megabytes of 2²⁰ bytes, as the end of a log states them.
public func megabytes(_ bytes: Double) -> String {
    "\(Int64(min((bytes / 0x1p20).rounded(.up), 0x1p62))) MB"
}
