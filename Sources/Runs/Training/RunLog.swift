import Foundation
import Reports
public import Storage

/// Where a run's words go: standard output for people who watch, standard error for warnings, and
/// log.txt for all, with the time.
///
/// Rank 0 makes one; other ranks are silent.
public final class RunLog {
    private let isQuiet: Bool
    private var file: LineFile?
    /// The lines that were said before there was a file.
    private var early: [String] = []

    /// Why standard output takes no more words; nil while it does.
    ///
    /// That is no reason to end a training. Whoever needs the words learns of it at the end.
    private(set) var failure: StorageError?

    public init(quiet: Bool) { isQuiet = quiet }

    /// Says something to people who watch.
    public func say(_ message: String) {
        if !isQuiet { show(printable(message) + "\n") }
        keep(message)
    }

    /// Says a result, also to people who asked for results only.
    public func tell(_ message: String) {
        show(printable(message) + "\n")
        keep(message)
    }

    /// Says that something is not as it should be.
    public func warn(_ message: String) {
        try? StandardStream.error.write("wilson: warning: \(printable(message))\n")
        keep("warning: \(message)")
    }

    /// Writes to standard output alone, as long as that works.
    func show(_ text: String) {
        guard failure == nil else { return }
        do throws(StorageError) {
            try StandardStream.output.write(text)
        } catch {
            failure = error
        }
    }

    /// Opens the file, and writes into it what was said before.
    ///
    /// From here on all words go to the file too.
    public func open(_ path: String) throws(StorageError) {
        let file = try LineFile(path: path)
        self.file = file
        for line in early { try file.append(line) }
        early = []
    }

    /// Writes a line for the file alone.
    public func keep(_ message: String) {
        let line = Self.line(message)
        // What the log cannot take is no reason to end a run: the records are kept elsewhere.
        if let file { try? file.append(line) } else { early.append(line) }
    }

    /// Writes lines for the file alone, from any thread; nil before the file is open.
    public var keeper: (@Sendable (String) -> Void)? {
        guard let file else { return nil }
        return { message in try? file.append(Self.line(message)) }
    }

    private static func line(_ message: String) -> String {
        "\(Date().formatted(.iso8601)) \(printable(message))"
    }
}
