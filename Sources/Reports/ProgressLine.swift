import Foundation
import Storage

/// A line on a terminal that tells how far a long computation is, and goes when it ends.
public final class ProgressLine {
    private let isVisible: Bool
    private let start = ContinuousClock.now
    private var lastShown: ContinuousClock.Instant?
    private var pace = ProgressPace()

    /// Creates the line on standard error; it is silent where that is not a terminal, or when told so.
    public init(silent: Bool) { isVisible = !silent && isatty(2) == 1 }

    /// Shows a share in [0, 1] that is done, and the time left, at most five times a second.
    public func show(_ name: String, _ done: Double) {
        let left = pace.secondsLeft(share: done, at: ContinuousClock.now - start)
        show(
            "\(name): \(decimal(done * 100, 0)) %"
                + (left.map { ", \(durationText($0)) left" } ?? ""))
    }

    /// Shows a text, at most five times a second.
    public func show(_ text: String) {
        let now = ContinuousClock.now
        // What is over at once needs no line.
        guard isVisible, now - (lastShown ?? start) > .milliseconds(200) else { return }
        lastShown = now
        write(text)
    }

    /// Removes the line.
    public func clear() {
        guard isVisible, lastShown != nil else { return }
        write("")
        lastShown = nil
    }

    /// Replaces the line; a terminal that is gone is no fault of the computation.
    private func write(_ text: String) {
        try? StandardStream.error.write("\r\u{1B}[2K" + text)
    }
}
