import SystemPackage

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

#if _endian(big)
    #error("files are little-endian and are written without conversion")
#endif

/// An open regular file of the operating system, closed when it goes out of scope.
struct Descriptor: ~Copyable, Sendable {
    /// The file's name in messages.
    let path: String
    let file: FileDescriptor

    private init(path: String, file: FileDescriptor) {
        self.path = path
        self.file = file
    }

    deinit { try? file.close() }

    /// Opens an existing file to read.
    ///
    /// Throws `badFile` if there is none, or if it is a folder, a pipe or a device.
    static func reading(_ path: String) throws(StorageError) -> Descriptor {
        // Without `nonBlocking`, opening a pipe would wait for a writer.
        let file = try systemCall(.badFile, path, "cannot be opened") {
            try FileDescriptor.open(
                FilePath(platformString: systemPath(path)), .readOnly,
                options: [.closeOnExec, .nonBlocking])
        }
        let descriptor = Descriptor(path: path, file: file)
        switch try descriptor.status(.badFile).type {
        case .regular: return descriptor
        case .directory:
            throw StorageError(.badFile, path, "is a folder; expected a file. Name a file in it.")
        default:
            throw StorageError(
                .badFile, path, "is a pipe or a device; expected a regular file. Copy it to one.")
        }
    }

    /// Creates a file that must not exist yet.
    ///
    /// Errors name `target`, the file that it will become.
    static func creating(_ path: String, for target: String) throws(StorageError) -> Descriptor {
        try writing(path, [.create, .exclusiveCreate], named: target)
    }

    /// Opens a file to add to its end, and creates it if there is none.
    static func appending(_ path: String) throws(StorageError) -> Descriptor {
        try writing(path, [.create, .append], named: path)
    }

    private static func writing(
        _ path: String, _ options: FileDescriptor.OpenOptions, named name: String
    ) throws(StorageError) -> Descriptor {
        let file = try systemCall(.cannotWrite, name, "cannot be written") {
            try FileDescriptor.open(
                FilePath(platformString: systemPath(path)), .writeOnly,
                options: options.union(.closeOnExec),
                permissions: FilePermissions(rawValue: 0o666))
        }
        return Descriptor(path: name, file: file)
    }

    /// The bytes of the file.
    func size(_ blame: StorageError.Kind) throws(StorageError) -> Int {
        Int(try status(blame).size)
    }

    private func status(_ blame: StorageError.Kind) throws(StorageError) -> Stat {
        try systemCall(blame, path, "cannot be examined") { [file] in try file.stat() }
    }

    /// Reads `count` bytes from a place in the file.
    ///
    /// Throws `badFile` when the device fails or the file ends too early.
    func read(_ count: Int, at offset: Int) throws(StorageError) -> [UInt8] {
        try checkRoom(for: count, of: path)
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        var room = unsafe span.mutableBytes
        try read(into: &room, at: offset)
        return bytes
    }

    /// Fills a span with the bytes from a place in the file.
    ///
    /// Throws `badFile` when the device fails or the file ends too early.
    func read(into bytes: inout MutableRawSpan, at offset: Int) throws(StorageError) {
        let (count, file) = (bytes.byteCount, file)
        let filled = try systemCall(.badFile, path, "cannot be read") {
            try unsafe bytes.withUnsafeMutableBytes { buffer in
                var filled = 0
                while filled < count {
                    let rest = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: buffer[filled..<min(count, filled + mostBytesOfCall)])
                    let got = unsafe try file.read(
                        fromAbsoluteOffset: Int64(offset + filled), into: rest)
                    guard got > 0 else { break }
                    filled += got
                }
                return filled
            }
        }
        guard filled == count else {
            throw StorageError(
                .badFile, path,
                "ended at byte \(offset + filled) while byte \(offset + count) was expected."
                    + " Something shortened it while it was read; try again.")
        }
    }

    /// Writes all bytes at the file's position.
    func write(_ bytes: RawSpan) throws(StorageError) {
        try writeAll(bytes, to: file, named: path)
    }

    /// Writes all bytes to a place in the file.
    func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
        let file = file
        try systemCall(.cannotWrite, path, "cannot be written") {
            _ = try file.writeAll(toAbsoluteOffset: Int64(offset), bytes)
        }
    }

    /// Waits until the bytes are on the device.
    func synchronize() throws(StorageError) {
        try systemCall(.cannotWrite, path, "cannot be written") { [file] in
            try succeed { fsync(file.rawValue) }
        }
    }
}

/// Linux moves at most 2³¹ bytes in a call, and other systems refuse more.
private let mostBytesOfCall = 1 << 30

/// Writes all bytes to an open file.
///
/// Errors name `name`.
func writeAll(
    _ bytes: RawSpan, to file: FileDescriptor, named name: String
) throws(StorageError) {
    try systemCall(.cannotWrite, name, "cannot be written") {
        try unsafe bytes.withUnsafeBytes { buffer in
            for start in stride(from: 0, to: buffer.count, by: mostBytesOfCall) {
                let end = min(buffer.count, start + mostBytesOfCall)
                unsafe try file.writeAll(UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
            }
        }
    }
}

/// Returns the type of what a name stands for, after links; nil if it does not exist or cannot be
/// reached.
func fileType(of path: String) -> FileType? {
    try? FilePath(platformString: systemPath(path)).stat().type
}

/// Calls the operating system.
///
/// The error of a failed call names the file.
func systemCall<Result>(
    _ blame: StorageError.Kind, _ file: String, _ problem: String, _ calls: () throws -> Result
) throws(StorageError) -> Result {
    do { return try calls() } catch { throw StorageError(blame, file, problem, because: error) }
}

/// Calls a function of C that returns a negative number when it fails, and repeats it when a signal
/// has interrupted it.
func succeed(_ call: () -> Int32) throws(Errno) {
    while call() < 0 {
        let reason = Errno(rawValue: errno)
        guard reason == .interrupted else { throw reason }
    }
}
