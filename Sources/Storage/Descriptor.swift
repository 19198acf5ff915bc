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
    let number: Int32

    private init(path: String, number: Int32) {
        self.path = path
        self.number = number
    }

    deinit { close(number) }

    /// Opens an existing file to read.
    ///
    /// Throws `badFile` if there is none, or if it is a folder, a pipe or a device.
    static func reading(_ path: String) throws(StorageError) -> Descriptor {
        // Without O_NONBLOCK the opening of a pipe waits for somebody to write into it.
        let number = retrying { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard number >= 0 else {
            throw StorageError(systemCall: .badFile, path, "cannot be opened")
        }
        let descriptor = Descriptor(path: path, number: number)
        switch try descriptor.status(.badFile).kind {
        case .file: return descriptor
        case .folder:
            throw StorageError(.badFile, path, "is a folder; expected a file. Name a file in it.")
        case .other:
            throw StorageError(
                .badFile, path, "is a pipe or a device; expected a regular file. Copy it to one.")
        }
    }

    /// Creates a file that must not exist yet; errors name `target`, the file it will become.
    static func creating(_ path: String, for target: String) throws(StorageError) -> Descriptor {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let number = retrying { unsafe open(path, flags, 0o666) }
        guard number >= 0 else {
            throw StorageError(systemCall: .cannotWrite, target, "cannot be written")
        }
        return Descriptor(path: target, number: number)
    }

    /// Opens a file to add to its end, and creates it if there is none.
    static func appending(_ path: String) throws(StorageError) -> Descriptor {
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
        let number = retrying { unsafe open(path, flags, 0o666) }
        guard number >= 0 else {
            throw StorageError(systemCall: .cannotWrite, path, "cannot be written")
        }
        return Descriptor(path: path, number: number)
    }

    /// What the file is, and its size in bytes.
    func status(_ blame: StorageError.Kind) throws(StorageError) -> FileStatus {
        var result = stat()
        guard unsafe fstat(number, &result) == 0 else {
            throw StorageError(systemCall: blame, path, "cannot be examined")
        }
        return FileStatus(result)
    }

    /// Reads `count` bytes from a place in the file.
    ///
    /// Throws `badFile` when the device fails or the file ends before.
    func read(_ count: Int, at offset: Int) throws(StorageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        var room = unsafe span.mutableBytes
        try read(into: &room, at: offset)
        return bytes
    }

    /// Fills a span with the bytes from a place in the file.
    ///
    /// Throws `badFile` when the device fails or the file ends before.
    func read(into bytes: inout MutableRawSpan, at offset: Int) throws(StorageError) {
        let count = bytes.byteCount
        var filled = 0
        var failed = false
        unsafe bytes.withUnsafeMutableBytes { buffer in
            while filled < count {
                // Linux moves at most 2³¹ bytes in a call, and others refuse to try.
                let piece = min(count - filled, 1 << 30)
                let got = retrying {
                    unsafe pread(
                        number, buffer.baseAddress! + filled, piece, off_t(offset + filled))
                }
                failed = got < 0
                guard got > 0 else { break }
                filled += got
            }
        }
        if failed {
            throw StorageError(systemCall: .badFile, path, "cannot be read")
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
        try writeAll(bytes, to: number, named: path)
    }

    /// Waits until the bytes are on the device.
    func synchronize() throws(StorageError) {
        guard retrying({ fsync(number) }) == 0 else {
            throw StorageError(systemCall: .cannotWrite, path, "cannot be written")
        }
    }
}

/// What a name in the file system stands for.
struct FileStatus {
    enum Kind { case file, folder, other }

    let kind: Kind
    let size: Int

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            default: .other
            }
        size = Int(status.st_size)
    }

    /// Examines a name, through links; nil if nothing is there or it cannot be reached.
    init?(of path: String) {
        var result = stat()
        guard unsafe stat(path, &result) == 0 else { return nil }
        self.init(result)
    }
}

/// Repeats a system call as long as a signal interrupts it.
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}

/// Writes all bytes to an open descriptor; `name` stands in the error.
func writeAll(_ bytes: RawSpan, to number: Int32, named name: String) throws(StorageError) {
    var written = 0
    while written < bytes.byteCount {
        let got = unsafe bytes.withUnsafeBytes { buffer in
            let piece = min(buffer.count - written, 1 << 30)
            return retrying { unsafe systemWrite(number, buffer.baseAddress! + written, piece) }
        }
        guard got >= 0 else {
            throw StorageError(systemCall: .cannotWrite, name, "cannot be written")
        }
        written += got
    }
}

/// `write(2)` under a name that the method of the same name does not hide.
private func systemWrite(_ file: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
    unsafe write(file, start, count)
}
