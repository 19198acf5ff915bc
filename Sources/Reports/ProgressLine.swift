import Foundation

/// A line on a terminal that tells how far a long computation is, and goes when it ends.
public final class ProgressLine {
    private let terminal: FileHandle?
    private let start = ContinuousClock.now
    private var lastShown: ContinuousClock.Instant?

    /// Creates the line on standard error; silent when that is no terminal, or when told so.
    public init(silent: Bool) {
        terminal = !silent && isatty(2) == 1 ? .standardError : nil
    }

    /// Shows a share in [0, 1] that is done, at most five times a second.
    public func show(_ name: String, _ done: Double) {
        let now = ContinuousClock.now
        // What is over at once needs no line.
        guard let terminal, now - (lastShown ?? start) > .milliseconds(200) else { return }
        lastShown = now
        terminal.write(Data("\r\u{1B}[2K\(name): \(decimal(done * 100, 0)) %".utf8))
    }

    /// Removes the line.
    public func clear() {
        guard let terminal, lastShown != nil else { return }
        terminal.write(Data("\r\u{1B}[2K".utf8))
        lastShown = nil
    }
}
