import Dispatch
import SystemPackage

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The lock of a folder that one process at a time writes to: a file that says who that is.
///
/// The process that creates the file is the owner; creating is atomic on local file systems and on
/// NFS from version 3. The owner gives the file a new time every 30 seconds, and removes it when the
/// object goes. The lock of an owner that was killed is stale: on the owner's own machine as soon as
/// its process has ended, seen from elsewhere when the file is ``oldAge`` seconds old by the clock of
/// the file system.
public final class FolderLock {
    /// After how many seconds without a new time a lock counts as left behind.
    public static let oldAge = 300

    /// The lock's file.
    public let path: String

    private let text: String
    private let heart: any DispatchSourceTimer

    /// Takes the lock of a folder.
    ///
    /// - Parameters:
    ///   - folder: Exists.
    ///   - job: Names the batch job of this process; empty for none.
    ///   - warn: Is told of a stale lock that is taken over.
    /// - Throws: `cannotWrite`, naming the owner, when another process holds the lock.
    public init(
        _ folder: String, host: String, job: String, warn: (String) -> Void
    ) throws(StorageError) {
        path = folder + "/lock"
        text = LockOwner.this(host: host, job: job).text
        if try !Self.create(path, text) {
            try Self.removeStale(path, in: folder, warn: warn)
            guard try Self.create(path, text) else {
                throw Self.takenNow(folder)
            }
        }
        heart = DispatchSource.makeTimerSource(queue: DispatchQueue.global())
        heart.schedule(deadline: .now() + 30, repeating: 30)
        heart.setEventHandler { [path, text] in
            if Self.text(of: path) == text {
                unsafe _ = utimensat(AT_FDCWD, systemPath(path), nil, 0)
            }
        }
        heart.resume()
    }

    deinit {
        heart.cancel()
        if Self.text(of: path) == text { try? Folder.remove(path) }
    }

    /// Creates the file; returns false if it is there already.
    private static func create(_ path: String, _ text: String) throws(StorageError) -> Bool {
        let isNew = try systemCall(.cannotWrite, path, "cannot be written") {
            do {
                let file = try FileDescriptor.open(
                    FilePath(platformString: systemPath(path)), .writeOnly,
                    options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: FilePermissions(rawValue: 0o666))
                try file.close()
                return true
            } catch Errno.fileExists { return false }
        }
        guard isNew else { return false }
        do throws(StorageError) {
            let file = try Descriptor.appending(path)
            try file.write(unsafe Array(text.utf8).span.bytes)
            // After a loss of power, too, it must say whose it was.
            try file.synchronize()
        } catch {
            // A lock without an owner's name would keep everybody out until it is old.
            try? Folder.remove(path)
            throw error
        }
        return true
    }

    /// Removes the lock of an owner that has ended; fails if the owner may be alive.
    private static func removeStale(
        _ path: String, in folder: String, warn: (String) -> Void
    ) throws(StorageError) {
        guard let held = text(of: path) else { return }
        let owner = LockOwner(held)
        let name = owner?.description ?? "a process that left no name"
        switch owner?.isAlive {
        case false?: break
        case true?:
            throw StorageError(
                .cannotWrite, folder,
                "\(name) is at work in this folder; let it end, or name another folder with "
                    + "--output")
        case nil:
            let age = try age(of: path, in: folder)
            guard age >= oldAge else {
                throw StorageError(
                    .cannotWrite, folder,
                    "\(name) was at work in this folder \(age) s ago. If it has ended, remove "
                        + "\(path), or try again when that file is \(oldAge) s old")
            }
        }
        // Under another name first: another process may have replaced the stale lock by its own.
        let aside = folder + "/.partial-lock-" + String(UInt64.random(in: 0 ... .max), radix: 16)
        try systemCall(.cannotWrite, path, "cannot be taken over") {
            do {
                try succeed { unsafe rename(systemPath(path), systemPath(aside)) }
            } catch Errno.noSuchFileOrDirectory {}
        }
        if let taken = text(of: aside), taken != held {
            _ = unsafe link(systemPath(aside), systemPath(path))
            try Folder.remove(aside)
            throw takenNow(folder)
        }
        try Folder.remove(aside)
        warn("\(folder): taking over from \(name), which has ended without giving the folder back")
    }

    private static func takenNow(_ folder: String) -> StorageError {
        StorageError(
            .cannotWrite, folder,
            "another process took the folder at the same moment; start one run in a folder")
    }

    /// How old a file is, in seconds of the file system's own clock.
    private static func age(of path: String, in folder: String) throws(StorageError) -> Int {
        let trial = folder + "/.partial-time-" + String(UInt64.random(in: 0 ... .max), radix: 16)
        _ = try Descriptor.creating(trial, for: folder)
        defer { try? Folder.remove(trial) }
        guard let now = changed(trial), let then = changed(path) else { return 0 }
        return max(0, now - then)
    }

    private static func changed(_ path: String) -> Int? {
        var status = stat()
        guard unsafe stat(systemPath(path), &status) == 0 else { return nil }
        #if canImport(Darwin)
            return status.st_mtimespec.tv_sec
        #else
            return status.st_mtim.tv_sec
        #endif
    }

    private static func text(of path: String) -> String? {
        (try? readBytes(of: path, atMost: 4096)).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Who holds a lock: a process, by what tells it from all others, also from later ones of its number.
struct LockOwner: Equatable, CustomStringConvertible {
    var host: String
    var process: Int32
    /// When the process started, in clock ticks since the machine's start; empty if unknown.
    var started: String
    /// The start of the machine and the process numbers' namespace; empty if unknown.
    var machine: String
    var job: String

    /// Names this process.
    static func this(host: String, job: String) -> LockOwner {
        let process = getpid()
        return LockOwner(
            host: oneLine(host), process: process, started: start(of: process) ?? "",
            machine: thisMachine, job: oneLine(job))
    }

    init(host: String, process: Int32, started: String, machine: String, job: String) {
        self.host = host
        self.process = process
        self.started = started
        self.machine = machine
        self.job = job
    }

    /// Reads the text of a lock; nil if it is none.
    init?(_ text: String) {
        var fields: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        guard let host = fields["host"], let process = fields["process"].flatMap({ Int32($0) })
        else { return nil }
        self.init(
            host: String(host), process: process, started: String(fields["started"] ?? ""),
            machine: String(fields["machine"] ?? ""), job: String(fields["job"] ?? ""))
    }

    /// The text of the lock.
    var text: String {
        var lines = ["host \(host)", "process \(process)"]
        for (name, value) in [("started", started), ("machine", machine), ("job", job)]
        where !value.isEmpty {
            lines.append("\(name) \(value)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    var description: String {
        let words = "process \(process) on \(host)" + (job.isEmpty ? "" : ", \(job)")
        // A lock is a file, and may hold what would steer a terminal.
        return String(String.UnicodeScalarView(words.unicodeScalars.filter(\.isPlain)))
    }

    /// Whether the process is alive; nil if that cannot be seen from here.
    var isAlive: Bool? {
        guard !machine.isEmpty, machine == Self.thisMachine, !started.isEmpty else { return nil }
        return Self.start(of: process) == started
    }

    /// What is equal for two processes that see each other's numbers.
    private static let thisMachine: String = {
        guard let boot = systemText("/proc/sys/kernel/random/boot_id"),
            let namespace = try? readLink("/proc/self/ns/pid")
        else { return "" }
        return oneLine(boot) + " " + namespace
    }()

    /// When a process started; nil if there is none, or if it is dead and only not yet buried.
    private static func start(of process: Int32) -> String? {
        // The name, in parentheses, may hold spaces; the state follows it, and 19 fields later the
        // start.
        guard let text = systemText("/proc/\(process)/stat"),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return String(fields[19])
    }
}

/// The first bytes of a file of /proc, whose size is not known before it is read.
private func systemText(_ path: String) -> String? {
    guard
        let file = try? FileDescriptor.open(
            FilePath(platformString: systemPath(path)), .readOnly, options: [.closeOnExec])
    else { return nil }
    defer { try? file.close() }
    var bytes = [UInt8](repeating: 0, count: 1024)
    guard let count = unsafe try? bytes.withUnsafeMutableBytes({ unsafe try file.read(into: $0) })
    else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self)
}

private func readLink(_ path: String) throws -> String {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe readlink(systemPath(path), buffer.baseAddress!, buffer.count)
    }
    guard count > 0 else { throw Errno(rawValue: errno) }
    return String(decoding: bytes[..<count], as: UTF8.self)
}

private func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
}

extension Unicode.Scalar {
    /// Whether a terminal shows the scalar and does not obey it.
    fileprivate var isPlain: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
