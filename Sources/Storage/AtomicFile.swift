import SystemPackage

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Files that appear whole or not at all, and then survive a loss of power.
///
/// The bytes go to a temporary name in the same folder, then to the device, and only then take the
/// file's name. A process that is killed half-way leaves a temporary file, never half a file; see
/// ``removeLeftovers(in:)``.
public enum AtomicFile {
    /// Takes the bytes of one file in order, over any time.
    ///
    /// Without `finish` the file does not appear.
    public struct Writer: ~Copyable {
        private let descriptor: Descriptor
        private let temporary: String
        private let target: String
        private var isFinished = false

        /// Begins a file that will replace the existing one, if there is one.
        ///
        /// Throws `cannotWrite`.
        public init(_ path: String) throws(StorageError) {
            let target = try replaceable(path)
            let temporary = folderPath(of: target) + "/" + temporaryPrefix + randomName()
            let descriptor = try Descriptor.creating(temporary, for: path)
            self.descriptor = descriptor
            self.temporary = temporary
            self.target = target
        }

        deinit { if !isFinished { unsafe unlink(systemPath(temporary)) } }

        /// Adds bytes to the end.
        public func write(_ bytes: [UInt8]) throws(StorageError) {
            try unsafe descriptor.write(bytes.span.bytes)
        }

        /// Adds the bytes of memory as they lie there.
        public func write(_ bytes: RawSpan) throws(StorageError) {
            try descriptor.write(bytes)
        }

        /// Writes bytes anew that were written at the beginning.
        func rewrite(beginning bytes: [UInt8]) throws(StorageError) {
            try descriptor.write(bytes, at: 0)
        }

        /// Gives the file its name, once its bytes are on the device.
        ///
        /// Throws `cannotWrite` and leaves what was there before.
        public consuming func finish() throws(StorageError) {
            try descriptor.synchronize()
            let (temporary, target) = (temporary, target)
            try systemCall(.cannotWrite, descriptor.path, "cannot take its name") {
                try succeed { unsafe rename(systemPath(temporary), systemPath(target)) }
            }
            isFinished = true
            try synchronizeFolder(folderPath(of: target), for: descriptor.path)
        }
    }

    private static let temporaryPrefix = ".partial-"

    /// Writes a file, or replaces it.
    ///
    /// Throws `cannotWrite` and leaves what was there before.
    public static func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
        try write(to: path) { writer throws(StorageError) in try writer.write(bytes) }
    }

    /// Writes a file of pieces one after the other, or replaces it.
    ///
    /// Throws `cannotWrite` and leaves what was there before.
    public static func write(pieces: [[UInt8]], to path: String) throws(StorageError) {
        try write(to: path) { writer throws(StorageError) in
            for piece in pieces { try writer.write(piece) }
        }
    }

    /// Writes a text as UTF-8, or replaces the file.
    ///
    /// Throws `cannotWrite` and leaves what was there before.
    public static func write(_ text: String, to path: String) throws(StorageError) {
        try write(Array(text.utf8), to: path)
    }

    /// Writes a file, or replaces it, with what the closure gives to its writer.
    ///
    /// A symbolic link stays one: the file that it leads to is replaced.
    ///
    /// Throws `cannotWrite`, or what the closure throws, and leaves what was there before.
    public static func write(
        to path: String, _ body: (borrowing Writer) throws(StorageError) -> Void
    ) throws(StorageError) {
        let writer = try Writer(path)
        try body(writer)
        try writer.finish()
    }

    /// Gives a file a second name in the same folder, in the place of the file that has it.
    ///
    /// Throws `cannotWrite` and leaves what was there before.
    /// - Returns: false where the file system has no second names.
    public static func name(_ path: String, also other: String) throws(StorageError) -> Bool {
        let temporary = folderPath(of: other) + "/" + temporaryPrefix + randomName()
        guard unsafe link(systemPath(path), systemPath(temporary)) == 0 else { return false }
        defer { unsafe unlink(systemPath(temporary)) }
        try systemCall(.cannotWrite, other, "cannot take its name") {
            try succeed { unsafe rename(systemPath(temporary), systemPath(other)) }
        }
        try synchronizeFolder(folderPath(of: other), for: other)
        return true
    }

    /// Copies a file in pieces, or replaces the other one by it.
    ///
    /// Throws `cannotWrite` and leaves what was there before.
    public static func copy(_ path: String, to other: String) throws(StorageError) {
        let source = try Descriptor.reading(path)
        let count = try source.size(.badFile)
        try write(to: other) { writer throws(StorageError) in
            let piece = 1 << 20
            for first in stride(from: 0, to: count, by: piece) {
                try writer.write(try source.read(min(piece, count - first), at: first))
            }
        }
    }

    /// Checks that a file can be written or replaced, before the work that makes its contents.
    ///
    /// Throws `cannotWrite`; leaves everything as it was.
    public static func checkWritable(_ path: String) throws(StorageError) {
        try Folder.checkWritable(folderPath(of: try replaceable(path)))
    }

    /// Removes the temporary files that killed processes left in a folder, and returns how many.
    ///
    /// Only for a folder that no other process writes to: its unfinished files would go too.
    @discardableResult
    public static func removeLeftovers(in folder: String) throws(StorageError) -> Int {
        let leftovers = try Folder.list(folder).filter { $0.hasPrefix(temporaryPrefix) }
        for name in leftovers { try Folder.remove(folder + "/" + name) }
        return leftovers.count
    }

    /// Waits until the names in a folder are on the device.
    ///
    /// Errors name `file`.
    static func synchronizeFolder(_ folder: String, for file: String) throws(StorageError) {
        // Permission to write into a folder does not include permission to open it.
        guard
            let descriptor = try? FileDescriptor.open(
                FilePath(platformString: systemPath(folder)), .readOnly,
                options: [.closeOnExec, .directory])
        else { return }
        defer { try? descriptor.close() }
        try systemCall(.cannotWrite, file, "may not be on disk") {
            // File systems that cannot do it for a folder return one of these two.
            do {
                try succeed { fsync(descriptor.rawValue) }
            } catch Errno.invalidArgument, Errno.notSupported {}
        }
    }

    /// Returns the path to write to, after links.
    ///
    /// Fails if a file may not replace what is there.
    private static func replaceable(_ path: String) throws(StorageError) -> String {
        guard !path.isEmpty, path.utf8.last != UInt8(ascii: "/") else {
            throw StorageError(.cannotWrite, path, "is no file name; expected one for the output.")
        }
        switch fileType(of: path) {
        case nil:
            let folder = folderPath(of: path)
            guard fileType(of: folder) == .directory else {
                throw StorageError(
                    .cannotWrite, path, "there is no folder \(folder) for it. Create it first.")
            }
            return path
        case .regular:
            guard let resolved = unsafe realpath(systemPath(path), nil) else { return path }
            defer { unsafe free(resolved) }
            return unsafe NativeName.text(
                UnsafeBufferPointer(start: resolved, count: strlen(resolved)).lazy.map {
                    UInt8(bitPattern: $0)
                })
        case .directory:
            throw StorageError(
                .cannotWrite, path, "is a folder; expected a file name. Name a file in it.")
        default:
            throw StorageError(
                .cannotWrite, path,
                "is a pipe or a device, which cannot be replaced. Name a regular file.")
        }
    }

    private static func randomName() -> String {
        String(UInt64.random(in: 0 ... .max), radix: 16)
    }
}

/// The folder part of a path; "." when it has none.
func folderPath(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}
