import Foundation
import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of this process for copies that go with it, such as `wilson-data-HOST-…`.
///
/// A lock on the folder says that the process is alive: the system drops it when the process ends, however
/// it ends.
final class ScratchFolder {
    let path: String
    /// The open folder, which holds the lock.
    private let file: Int32

    private init(path: String, file: Int32) {
        self.path = path
        self.file = file
    }

    deinit {
        remove()
        close(file)
    }

    /// Creates a folder, which this user alone may read.
    ///
    /// - Parameters:
    ///   - place: The folder in which it is created.
    ///   - host: The host of this process; a place may belong to several hosts.
    /// - Returns: nil if the folder cannot be created.
    static func create(in place: String, host: String) -> ScratchFolder? {
        // A start beside this one may remove the folder before it is locked.
        for _ in 0..<3 {
            let path = place + "/" + prefix(host) + UUID().uuidString
            guard unsafe mkdir(path, 0o700) == 0 else { return nil }
            let file = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard file >= 0 else { return nil }
            // Without a lock, as on some network file systems, nobody can take one and remove the folder.
            _ = flock(file, LOCK_SH)
            if Folder.isFolder(path) { return ScratchFolder(path: path, file: file) }
            close(file)
        }
        return nil
    }

    /// Removes the folders that killed processes of this user have left on a host.
    ///
    /// - Returns: How many were removed.
    @discardableResult
    static func removeLeft(in place: String, host: String) -> Int {
        let names = (try? Folder.list(place)) ?? []
        return names.count { name in
            // The name of a host may begin with that of another.
            guard name.hasPrefix(prefix(host)),
                UUID(uuidString: String(name.dropFirst(prefix(host).count))) != nil
            else { return false }
            let path = place + "/" + name
            let file = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard file >= 0 else { return false }
            defer { close(file) }
            var status = stat()
            guard unsafe fstat(file, &status) == 0, status.st_uid == geteuid(),
                flock(file, LOCK_EX | LOCK_NB) == 0
            else { return false }
            return (try? FileManager.default.removeItem(atPath: path)) != nil
        }
    }

    /// Removes the folder and what is in it; who has opened a file there goes on reading it.
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    private static func prefix(_ host: String) -> String { "wilson-data-\(host)-" }
}
