import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Watches the start of a run, in which all ranks meet for the first time, on a thread of this rank.
///
/// A rank that does not come leaves the others waiting in the start of MPI for ever, and no watchdog
/// watches yet. After the limit of the start each rank that waits ends with the exit code 74. Which rank is
/// missing, nobody can know yet; processes of this host that a signal has stopped are named.
final class StartWatch {
    private let clock: WatchClock

    /// Begins to watch, until `end`; nil where the launcher tells of no other rank, and where the watchdog
    /// is turned off.
    init?() {
        let text = Launch.environment(Watchdog.variable) ?? ""
        guard Launch.ranks > 1, text != "off" else { return nil }
        // The watchdog says what is wrong with another text.
        let floor = Double(text).flatMap { $0 >= 0.1 ? $0 : nil } ?? WatchdogLimits.usualFloor
        let limits = WatchdogLimits(floor: floor)
        let wait = Wait(limits: limits)
        clock = WatchClock("wilson.start", every: limits.interval) { wait.look(passed: $0) }
    }

    /// Stops to watch: the watchdog does from now on.
    func end() { clock.end() }

    /// What the thread of a watch does; used on its queue alone.
    private final class Wait: @unchecked Sendable {
        private let limits: WatchdogLimits
        private var waited = 0.0
        private var isTold = false

        init(limits: WatchdogLimits) { self.limits = limits }

        /// Ranks end one after another, so that the launcher ends the others when the first has spoken.
        private var turn: Double { Double(min(Launch.rank, 20)) }

        func look(passed: Double) {
            waited += passed
            let (late, end) = (limits.warning(in: .start), limits.end(in: .start))
            if waited >= late, !isTold {
                isTold = true
                // The second rank tells it too, for the first may be the one that is stopped.
                if Launch.rank < 2 { tell("warning", "the run ends after \(Int(end.rounded())) s") }
            }
            if waited >= end + turn {
                tell("error", "the run ends. Nothing was changed; start the same command again")
                _exit(ExitStatus.noProgress)
            }
        }

        private func tell(_ kind: String, _ end: String) {
            let call = RankProgress.sight.call.map { "waits in \($0.name)" } ?? "is on its way"
            let stopped = stoppedSiblings().map {
                "  process \($0) beside it is stopped by a signal; `kill -CONT \($0)` lets it go on"
            }
            let hint =
                "  no process beside it is stopped: look at the other hosts and at the links to them"
            let lines = [
                "\(kind): no progress for \(Int(waited.rounded())) s at the start; \(end)",
                "  rank \(Launch.rank) of \(Launch.ranks), process \(getpid()), \(call)",
            ]
            let text = (lines + (stopped.isEmpty ? [hint] : stopped)).joined(separator: "\n")
            try? StandardStream.error.write("wilson: \(text)\n")
        }
    }
}
