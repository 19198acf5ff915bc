import SystemPackage

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Folders, and the names in them.
public enum Folder {
    /// Creates a folder and those above it, unless they exist.
    ///
    /// Throws `cannotWrite`, also when one of the names is a file.
    public static func create(_ path: String) throws(StorageError) {
        guard try isMissing(path) else { return }
        let parent = folderPath(of: withoutTrailingSlashes(path))
        try create(parent)
        try systemCall(.cannotWrite, path, "the folder cannot be created") {
            // Another process may create it at the same time, which is as good.
            do { try succeed { unsafe mkdir(systemPath(path), 0o777) } } catch _
                where isFolder(path)
            {}
        }
        try AtomicFile.synchronizeFolder(parent, for: path)
    }

    /// Checks that a folder is there, or can be created, and that files can be created in it; leaves
    /// everything as it was.
    ///
    /// Throws `cannotWrite` with the reason.
    public static func checkCreatable(_ path: String) throws(StorageError) {
        if try isMissing(path) {
            try checkCreatable(folderPath(of: withoutTrailingSlashes(path)))
        } else {
            try checkWritable(path)
        }
    }

    /// Returns whether the name is free.
    ///
    /// Throws `cannotWrite` if something other than a folder has the name.
    private static func isMissing(_ path: String) throws(StorageError) -> Bool {
        guard !path.isEmpty else {
            throw StorageError(.cannotWrite, path, "an empty name is no folder; expected one.")
        }
        switch fileType(of: path) {
        case .directory: return false
        case nil: return true
        default:
            throw StorageError(
                .cannotWrite, path, "is a file; expected a folder. Remove it or choose another.")
        }
    }

    /// Returns the names in a folder, hidden ones too, sorted by their bytes.
    ///
    /// Throws `badFile` if the name is not a folder, or cannot be read.
    public static func list(_ path: String) throws(StorageError) -> [String] {
        guard let folder = unsafe opendir(systemPath(path)) else {
            throw StorageError(
                .badFile, path, "cannot be listed", because: Errno(rawValue: errno))
        }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else { break }
            // Read by address, because an entry is stored in fewer bytes than its declared type
            // has.
            let start = unsafe UnsafeRawPointer(entry.pointer(to: \.d_name)!)
            let bytes = unsafe start.assumingMemoryBound(to: UInt8.self)
            let name = unsafe NativeName.text(
                UnsafeBufferPointer(
                    start: bytes, count: strlen(start.assumingMemoryBound(to: CChar.self))))
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else {
            throw StorageError(
                .badFile, path, "cannot be listed", because: Errno(rawValue: errno))
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Whether a path leads to a folder.
    public static func isFolder(_ path: String) -> Bool {
        fileType(of: path) == .directory
    }

    /// Whether a path leads to a regular file.
    public static func isFile(_ path: String) -> Bool {
        fileType(of: path) == .regular
    }

    /// Whether a path is itself a symbolic link, wherever it leads to.
    public static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(systemPath(path), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Whether every user of the machine may add files to a folder and remove those of others.
    public static func isOpenToAll(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(systemPath(path), &status) == 0 else { return false }
        // Writable by others, and without the bit by which each may remove only his own.
        return status.st_mode & 0o002 != 0 && status.st_mode & 0o1000 == 0
    }

    /// Removes a file, if it exists.
    ///
    /// Throws `cannotWrite`, also for a folder.
    public static func remove(_ file: String) throws(StorageError) {
        try systemCall(.cannotWrite, file, "cannot be removed") {
            do { try succeed { unsafe unlink(systemPath(file)) } } catch Errno.noSuchFileOrDirectory
            {}
        }
    }

    /// Checks that files can be created in a folder, by creating and removing one.
    ///
    /// A trial is the only sure way: permission bits lie to root and on network file systems.
    ///
    /// Throws `cannotWrite` with the reason.
    public static func checkWritable(_ path: String) throws(StorageError) {
        guard isFolder(path) else {
            throw StorageError(.cannotWrite, path, "is no folder; expected one to write into.")
        }
        let trial = path + "/.writable-" + String(UInt64.random(in: 0 ... .max), radix: 16)
        _ = try Descriptor.creating(trial, for: path)
        try remove(trial)
    }

    /// Whether files can be created in a folder.
    public static func isWritable(_ path: String) -> Bool {
        (try? checkWritable(path)) != nil
    }

    private static func withoutTrailingSlashes(_ path: String) -> String {
        var path = path[...]
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        return String(path)
    }
}

/// Returns the bytes of a file, from its beginning.
///
/// Throws `badFile` if there is none or it cannot be read.
/// - Parameter most: How many bytes to read at most.
public func readBytes(of path: String, atMost most: Int = .max) throws(StorageError) -> [UInt8] {
    let descriptor = try Descriptor.reading(path)
    return try descriptor.read(min(most, descriptor.size(.badFile)), at: 0)
}

/// Returns how many bytes a file has.
///
/// Throws `badFile` if there is none or it cannot be read.
public func fileSize(of path: String) throws(StorageError) -> Int {
    try Descriptor.reading(path).size(.badFile)
}
