#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The memory that this process could still be given, as the system tells it.
///
/// What files have in the page cache counts as free, and so does what can be swapped out: a process that
/// needs more than this cannot have it.
public struct MemoryRoom: Sendable, Equatable {
    /// A control group that limits the memory of its processes.
    public struct Group: Sendable, Equatable {
        /// Tells the group from others of the host.
        public let number: UInt64
        /// The name of the group, such as `/slurm/job_12`.
        public let name: String
        /// The bytes that its processes could still take together.
        public let left: Int

        public init(number: UInt64, name: String, left: Int) {
            (self.number, self.name, self.left) = (number, name, left)
        }

        /// Words that go before the bytes that are left.
        public var words: String {
            "the limit of their control group \(name) (a batch job's, or a container's) leaves"
        }
    }

    /// The bytes that the host could still give to all of its processes.
    public let host: Int
    /// The groups of this process that have a limit, the innermost first.
    public let groups: [Group]
    /// The bytes that this process alone may still take: the limit of `ulimit -v`; nil for no limit.
    public let process: Int?

    public init(host: Int, groups: [Group] = [], process: Int? = nil) {
        self.host = host
        self.groups = groups
        self.process = process
    }

    /// The room of this process now; nil where the system does not tell it.
    public static var now: MemoryRoom? { MemoryRoom(under: "") }

    /// Reads the room.
    ///
    /// - Parameter root: A folder that stands for the root of the file system.
    init?(under root: String) {
        guard let memory = kernelText(of: root + "/proc/meminfo"),
            let available = kilobytes("MemAvailable", in: memory)
        else { return nil }
        let swap = kilobytes("SwapFree", in: memory) ?? 0
        host = available + swap
        groups = Self.groups(under: root, swap: swap)
        process = Self.processRoom()
    }

    /// What `ulimit -v` leaves; nil without a limit.
    private static func processRoom() -> Int? {
        var limit = rlimit()
        #if canImport(Glibc)
            let space = __rlimit_resource_t(UInt32(RLIMIT_AS.rawValue))
        #else
            let space = RLIMIT_AS
        #endif
        guard unsafe getrlimit(space, &limit) == 0, limit.rlim_cur != rlim_t.max,
            let status = kernelText(of: "/proc/self/status"),
            let held = kilobytes("VmSize", in: status)
        else { return nil }
        return max(0, Int(clamping: limit.rlim_cur) - held)
    }

    /// What this process alone could take: the least of all limits, and the limit in words that go before the
    /// number.
    var least: (bytes: Int, limit: String) {
        var least = (bytes: host, limit: Self.hostWords)
        for group in groups where group.left < least.bytes { least = (group.left, group.words) }
        if let process, process < least.bytes { least = (process, Self.processWords) }
        return least
    }

    /// Words that go before the bytes of the host.
    public static let hostWords = "the host has"
    /// Words that go before the bytes of the process.
    public static let processWords = "the limit of the process (ulimit -v) leaves"

    // MARK: Control groups

    /// The groups of this process that limit memory, of both versions of Linux's control groups.
    private static func groups(under root: String, swap: Int) -> [Group] {
        let lines = (kernelText(of: root + "/proc/self/cgroup") ?? "").split(separator: "\n")
        var found: [Group] = []
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isSecond = parts[0] == "0" && parts[1].isEmpty
            guard isSecond || parts[1].split(separator: ",").contains("memory") else { continue }
            let mount = root + (isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory")
            var name = String(parts[2])
            while true {
                let folder = name == "/" ? mount : mount + name
                let left = isSecond ? left(folder, swap: swap) : leftOfFirstVersion(folder, swap)
                if let left, let number = fileNumber(of: folder) {
                    found.append(Group(number: number, name: name, left: left))
                }
                guard name != "/", let slash = name.lastIndex(of: "/") else { break }
                name = slash == name.startIndex ? "/" : String(name[..<slash])
            }
        }
        return found
    }

    /// What a group of the second version could still take; nil without a limit.
    private static func left(_ folder: String, swap: Int) -> Int? {
        guard let limit = number(in: folder + "/memory.max"),
            let used = number(in: folder + "/memory.current")
        else { return nil }
        // Without a limit of its own the group may swap as much as the host has.
        let swapLimit = number(in: folder + "/memory.swap.max")
        let swapUsed = number(in: folder + "/memory.swap.current") ?? 0
        let mayswap = min(swap, swapLimit.map { max(0, $0 - swapUsed) } ?? swap)
        return max(
            0,
            limit - used + cached(folder, "inactive_file", "active_file", "slab_reclaimable")
                + mayswap)
    }

    /// What a group of the first version could still take; nil without a limit.
    private static func leftOfFirstVersion(_ folder: String, _ swap: Int) -> Int? {
        guard let limit = number(in: folder + "/memory.limit_in_bytes"), limit < 1 << 60,
            let used = number(in: folder + "/memory.usage_in_bytes")
        else { return nil }
        let cache = cached(folder, "total_inactive_file", "total_active_file")
        return max(0, limit - used + cache + swap)
    }

    /// The bytes of a group that are pages of files, which the system gives up when memory is short.
    private static func cached(_ folder: String, _ keys: String...) -> Int {
        let lines = (kernelText(of: folder + "/memory.stat") ?? "").split(separator: "\n")
        return lines.reduce(0) { sum, line in
            let words = line.split(separator: " ")
            guard words.count == 2, keys.contains(String(words[0])) else { return sum }
            return sum + (Int(words[1]) ?? 0)
        }
    }
}

/// Returns the number that a file consists of; nil for others, such as `max`.
private func number(in path: String) -> Int? {
    kernelText(of: path).flatMap { Int($0.filter { !$0.isWhitespace }) }
}

/// Returns the bytes of a key that a file of the kernel tells in kB.
private func kilobytes(_ key: String, in text: String) -> Int? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") }
    return line.flatMap { Int($0.filter { $0.isNumber }) }.map { $0 << 10 }
}

/// Returns what tells a folder from the others of its file system.
private func fileNumber(of path: String) -> UInt64? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
}
