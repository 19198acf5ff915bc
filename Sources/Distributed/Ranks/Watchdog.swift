import Dispatch
import Storage
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Watches that the ranks of a run make progress, on a thread of each of them.
///
/// A rank that stands still leaves all others waiting in a call of MPI, which never ends by itself.
/// After the first limit one rank of each host tells what all ranks of that host do. After the second
/// one the ranks that wait end the run with the exit code 74. A process alone is not ended: nobody waits
/// for it.
///
/// A training tells its parts by `RankProgress`. Other commands do not, and may compute for any time between
/// two exchanges: of them only a rank of the same host whose process does not run stands still.
public final class Watchdog {
    /// The variable with the seconds after which a step is late at the earliest, or `off`.
    public static let variable = "WILSON_WATCHDOG"

    private let watch: Watch
    private let clock: WatchClock

    /// Collective.
    ///
    /// Begins to watch, until the object goes; nil if the variable on rank 0 says `off`.
    ///
    /// - Throws: If the variable is not a number of seconds.
    public init?(_ world: borrowing Communicator) throws {
        let text = try world.broadcast(Launch.environment(Self.variable) ?? "")
        if text == "off" { return nil }
        let floor = text.isEmpty ? WatchdogLimits.usualFloor : Double(text) ?? .nan
        guard floor >= 0.1, floor <= 1e6 else {
            throw SharedFailure(
                exitCode: ExitStatus.commandLine,
                "\(Self.variable) is `\(text)`; expected a number of seconds from 0.1 on, or `off`")
        }
        let own = world.hostName()
        let held = try world.gather(Array(own.utf8)) ?? []
        let hosts = try world.broadcast(
            held.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n"))
        let host = try world.splitByHost()
        watch = Watch(
            limits: WatchdogLimits(floor: floor), board: try ProgressBoard.make(host),
            rank: world.rank, ranks: world.size, host: own,
            others: Self.others(than: own, hosts.split(separator: "\n").map(String.init)))
        clock = WatchClock("wilson.watchdog", every: watch.limits.interval) { [watch] passed in
            watch.look(passed: passed)
        }
    }

    /// Goes on to watch until the process ends, also while MPI ends: a rank that stands still then leaves
    /// the others waiting, too.
    public func watchToTheEnd() { _ = unsafe Unmanaged.passRetained(self) }

    /// Names the command that goes on with what the ranks do, for the words of the end.
    public func goesOn(by command: GoingOn) { watch.goingOn.withLock { $0 = command } }

    /// Hands what is told to a log too, from any thread.
    public func tellAlso(_ log: @escaping @Sendable (String) -> Void) {
        watch.log.withLock { $0 = log }
    }

    /// The other hosts, each with its ranks.
    private static func others(than own: String, _ hosts: [String]) -> [String] {
        var names: [String] = []
        for host in hosts where host != own && !names.contains(host) { names.append(host) }
        return names.map { name in
            "\(name) (\(rankList(hosts.indices.filter { hosts[$0] == name })))"
        }
    }
}

/// What the thread of a watchdog does; used on its queue alone.
private final class Watch: @unchecked Sendable {
    var limits: WatchdogLimits
    let log = Mutex<(@Sendable (String) -> Void)?>(nil)
    let goingOn = Mutex(GoingOn.sameCommand)

    private let board: ProgressBoard?
    private let host: String
    private let others: [String]
    private let ranks: Int

    /// This rank's entry of the board.
    private var own = ProgressBoard.Entry()
    private var sight = RankProgress.sight
    /// Of each rank of the host: how often it had looked, and for how many seconds it has not since.
    private var seen: [(looks: Int, silence: Double)]
    /// Whether the standstill has been told.
    private var isTold = false

    init(
        limits: WatchdogLimits, board: ProgressBoard?, rank: Int, ranks: Int, host: String,
        others: [String]
    ) {
        self.limits = limits
        self.board = board
        self.ranks = ranks
        self.host = host
        self.others = others
        own.rank = rank
        own.process = Int(getpid())
        seen = Array(repeating: (0, 0), count: board?.count ?? 1)
        // A process that is stopped before its first look has a name already.
        board?.write(own)
    }

    func look(passed: Double) {
        let present = RankProgress.sight
        if present == sight {
            own.idle += passed
        } else {
            limits.saw(pauseOf: own.idle, in: sight.phase)
            if isTold { moveAgain() }
            own.idle = 0
            sight = present
        }
        own.looks += 1
        (own.phase, own.step, own.call) = (present.phase, present.step, present.call)
        board?.write(own)
        for place in seen.indices {
            let looks = entry(place).looks
            seen[place] =
                looks == seen[place].looks ? (looks, seen[place].silence + passed) : (looks, 0)
        }
        judge()
    }

    private func entry(_ place: Int) -> ProgressBoard.Entry { board?.entry(place) ?? own }

    private func isAlive(_ place: Int) -> Bool { seen[place].silence < limits.silence }

    /// Whether this rank speaks for its host: the lowest one whose watchdog looks does.
    private var speaks: Bool {
        guard let board else { return true }
        return seen.indices.first(where: isAlive) == board.place
    }

    private func judge() {
        let late = limits.warning(in: sight.phase)
        // Work that tells no parts may take any time, so that only a rank that does not run is late.
        let most = sight.phase == .work ? seen.map(\.silence).max() ?? 0 : .infinity
        let ownIdle = min(own.idle, most)
        if ownIdle >= late, !isTold {
            isTold = true
            if speaks {
                tell(
                    "warning",
                    "no progress for \(Int(ownIdle.rounded())) s"
                        + (ranks > 1
                            ? "; the run ends after \(Int(limits.end(in: sight.phase).rounded())) s"
                            : ""))
            }
        }
        guard ranks > 1 else { return }
        // Only a rank that others wait for is in the way of anybody.
        let longest = seen.indices.filter(isAlive).map(entry).filter { $0.call != nil }.map(\.idle)
        let limit = limits.end(in: sight.phase)
        guard ownIdle >= late, let idle = longest.max().map({ min($0, most) }) else { return }
        if speaks, idle >= limit {
            let command = goingOn.withLock(\.words)
            tell(
                "error",
                "no progress for \(Int(idle.rounded())) s: the run ends. "
                    + (sight.phase == .work
                        ? "Start the same command again"
                        : "\(command.prefix(1).uppercased() + command.dropFirst()) goes on from the "
                            + "newest checkpoint"))
            _exit(ExitStatus.noProgress)
        }
        // Time for the one that speaks.
        if idle >= limit + 5 { _exit(ExitStatus.noProgress) }
    }

    private func moveAgain() {
        isTold = false
        if speaks { write("warning", "the run moves again, after \(Int(own.idle.rounded())) s") }
    }

    private func tell(_ kind: String, _ message: String) {
        let report = StandstillReport(
            host: host,
            ranks: seen.indices.map { place in
                let entry = entry(place)
                return StandstillReport.Rank(
                    entry: entry, isAlive: isAlive(place), state: processState(entry.process))
            }, others: others)
        write(kind, ([message] + report.lines).joined(separator: "\n"))
    }

    /// Writes to standard error and to the log, and does not wait for long if they hang.
    private func write(_ kind: String, _ message: String) {
        let done = DispatchSemaphore(value: 0)
        let log = log.withLock { $0 }
        DispatchQueue.global().async {
            try? StandardStream.error.write("wilson: \(kind): \(message)\n")
            log?("\(kind): \(message)")
            done.signal()
        }
        _ = done.wait(timeout: .now() + 5)
    }
}
