import Foundation
import Logging
import Storage
import Synchronization

/// Where a run's words go: standard output for people who watch, standard error for warnings, and
/// log.txt for all with the time.
///
/// Rank 0 makes one; other ranks are silent.
final class RunLog: Sendable {
    private let logger: Logger
    private let sink: Sink

    init(quiet: Bool) {
        let sink = Sink(quiet: quiet)
        self.sink = sink
        logger = Logger(label: "wilson") { _ in RunLogHandler(sink: sink) }
    }

    /// Says something to people who watch.
    func say(_ message: String) { logger.info("\(message)") }

    /// Says a result, also to people who asked for results only.
    func tell(_ message: String) { logger.notice("\(message)") }

    /// Says that something is not as it should be.
    func warn(_ message: String) { logger.warning("\(message)") }

    /// From here on everything also goes to the file, beginning with what was said before.
    func open(_ path: String) throws(StorageError) {
        let file = try LineFile(path: path)
        for line in sink.attach(file) { try file.append(line) }
    }
}

/// Writes lines to their places.
private final class Sink: Sendable {
    private struct State {
        var file: LineFile?
        var early: [String] = []
    }

    private let quiet: Bool
    private let state = Mutex(State())

    init(quiet: Bool) { self.quiet = quiet }

    /// Takes a file over; returns the lines said before.
    func attach(_ file: LineFile) -> [String] {
        state.withLock { state in
            state.file = file
            defer { state.early = [] }
            return state.early
        }
    }

    func write(_ message: String, level: Logger.Level) {
        if level >= .warning {
            FileHandle.standardError.write(Data("wilson: warning: \(message)\n".utf8))
        } else if !quiet || level == .notice {
            FileHandle.standardOutput.write(Data("\(message)\n".utf8))
        }
        let time = Date().formatted(.iso8601)
        let line = "\(time) \(level >= .warning ? "warning: " : "")\(message)"
        state.withLock { state in
            // What the log cannot take is no reason to end a run: the records are kept elsewhere.
            if let file = state.file { try? file.append(line) } else { state.early.append(line) }
        }
    }
}

private struct RunLogHandler: LogHandler {
    let sink: Sink
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { sink.write("\(event.message)", level: event.level) }
}
