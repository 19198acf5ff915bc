#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Storage

/// Returns what Linux tells about this process under a key, without spaces; nil on other systems
/// and for other keys.
func processStatus(_ key: String) -> String? {
    let lines = kernelText(of: "/proc/self/status")?.split(separator: "\n")
    let line = lines?.first { $0.hasPrefix(key + ":") }
    return line.map { $0.dropFirst(key.count + 1).filter { !$0.isWhitespace } }
}

/// Returns the state of a process of this host as Linux writes it, such as R for running or T for
/// stopped.
///
/// It is nil if the process does not exist, and on other systems.
func processState(_ process: Int) -> Character? {
    // The name of the program stands before it in parentheses, and may hold others.
    guard let line = kernelText(of: "/proc/\(process)/stat"), let end = line.lastIndex(of: ")")
    else { return nil }
    return line[end...].dropFirst().first { $0 != " " }
}

/// Returns the processes that this one's parent has started too, and that a signal has stopped.
///
/// Ranks of one host are such processes. There are none on systems that do not tell.
func stoppedSiblings() -> [Int] {
    let parent = getppid()
    return (kernelText(of: "/proc/\(parent)/task/\(parent)/children") ?? "")
        .split(separator: " ").compactMap { Int($0) }
        .filter { processState($0).map { "Tt".contains($0) } ?? false }
}

/// Returns the bytes of memory of this host, used or not; the largest integer if the system does
/// not tell.
public func physicalMemory() -> Int {
    let (pages, pageSize) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    return pages > 0 && pageSize > 0 ? pages * pageSize : .max
}

/// The most memory that the process of a rank has held so far.
public struct PeakMemory: Sendable {
    /// The bytes of the rank that held least; nil if the system does not tell.
    public let least: Int?
    /// The bytes of the rank that held most.
    public let most: Int?

    /// Collective.
    ///
    /// Asks every rank.
    public init(_ world: borrowing Communicator) throws(MPIError) {
        let kilobytes = processStatus("VmHWM").flatMap { Int64($0.filter { $0.isNumber }) } ?? -1
        let ends = try world.extent(of: kilobytes)
        (least, most) =
            ends.lowerBound < 0
            ? (nil, nil) : (Int(ends.lowerBound) << 10, Int(ends.upperBound) << 10)
    }

    /// A line for people; nil if the system does not tell.
    public var line: String? {
        guard let least, let most else { return nil }
        let (low, high) = (least >> 20, most >> 20)
        return "peak memory of a rank: " + (low == high ? "\(high) MB" : "\(low) to \(high) MB")
    }
}

/// How much more memory this process comes to hold than at the moment when the watch began.
public final class MemoryGrowth {
    private var start: Int
    /// The most bytes beyond the start until the last pause.
    private var grown = 0

    /// Begins to watch; nil if the system does not tell.
    public init?() {
        guard Self.forgetMost(), let held = Self.held("VmHWM") else { return nil }
        start = held
    }

    /// The most bytes that the process has held since the beginning, beyond those it held then.
    public var bytes: Int { max(grown, (Self.held("VmHWM") ?? start) - start) }

    /// Runs work whose memory does not count, not even the memory that it keeps.
    public func pause(during work: () -> Void) {
        grown = bytes
        let before = Self.held("VmRSS") ?? 0
        work()
        start += (Self.held("VmRSS") ?? before) - before
        _ = Self.forgetMost()
    }

    /// Resets the kernel's maximum of this process to what it holds now.
    private static func forgetMost() -> Bool {
        let descriptor = unsafe open("/proc/self/clear_refs", O_WRONLY)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return unsafe write(descriptor, "5", 1) == 1
    }

    private static func held(_ key: String) -> Int? {
        processStatus(key).flatMap { Int($0.filter { $0.isNumber }) }.map { $0 << 10 }
    }
}
