import Synchronization
import SystemPackage

/// A text file that grows by whole lines, such as a record of metrics or a log.
///
/// Safe to use from several threads of one process.
public final class LineFile: Sendable {
    /// The file's name.
    public let path: String

    private let file: Mutex<Descriptor>

    /// Opens the file, or creates it, and drops the lines for which the closure says false.
    ///
    /// A last line without a newline was cut off while it was written, and is dropped in any case.
    /// The lines that stay keep their bytes. The closure sees them without the newline, with
    /// invalid UTF-8 repaired. A file that keeps all lines is not touched.
    ///
    /// Throws `cannotWrite`.
    public init(path: String, keepingLinesWhere keeps: (String) -> Bool = { _ in true })
        throws(StorageError)
    {
        self.path = path
        if let type = fileType(of: path) {
            guard type == .regular else {
                throw StorageError(
                    .cannotWrite, path, "is not a regular file; expected one to add lines to.")
            }
            try Self.drop(from: path, linesNotWhere: keeps)
        }
        file = Mutex(try Descriptor.appending(path))
    }

    /// Adds a line and hands it to the operating system, so that it outlives this process.
    ///
    /// A line feed within the line makes it several lines.
    ///
    /// Throws `cannotWrite`; the file is then as it was before.
    public func append(_ line: String) throws(StorageError) {
        let bytes = Array((line + "\n").utf8)
        try file.withLock { descriptor throws(StorageError) in
            let size = try descriptor.size(.cannotWrite)
            do throws(StorageError) {
                try unsafe descriptor.write(bytes.span.bytes)
            } catch {
                // Half a line would spoil the next line.
                try? descriptor.file.resize(to: Int64(size))
                throw error
            }
        }
    }

    /// Waits until all lines are on the device, so that they outlive a loss of power.
    public func synchronize() throws(StorageError) {
        try file.withLock { descriptor throws(StorageError) in try descriptor.synchronize() }
    }

    private static func drop(from path: String, linesNotWhere keeps: (String) -> Bool)
        throws(StorageError)
    {
        let old: [UInt8]
        do throws(StorageError) {
            old = try readBytes(of: path)
        } catch {
            throw error.blaming(.cannotWrite)
        }
        var new: [UInt8] = []
        var start = 0
        for end in old.indices where old[end] == UInt8(ascii: "\n") {
            if keeps(String(decoding: old[start..<end], as: UTF8.self)) {
                new += old[start...end]
            }
            start = end + 1
        }
        if new.count != old.count { try AtomicFile.write(new, to: path) }
    }
}
