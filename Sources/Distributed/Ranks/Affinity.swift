#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The cores on which this process may run.
public struct Affinity: Sendable, Equatable {
    /// The cores as ranges, such as 0-3,8; "unknown" where the system does not tell.
    public let description: String

    /// How many there are, at least one.
    public let count: Int

    /// Takes over a list as Linux writes it.
    init(list: String) {
        let counts = list.split(separator: ",").map { range in
            let ends = range.split(separator: "-").compactMap { Int($0) }
            return ends.isEmpty ? 0 : ends[ends.count - 1] - ends[0] + 1
        }
        description = list
        count = max(1, counts.reduce(0, +))
    }

    /// The cores of this process now, from the kernel's own account: glibc's call for it is hidden
    /// from Swift.
    public static var current: Affinity {
        let key = "Cpus_allowed_list:"
        let line = text(ofFile: "/proc/self/status").split(separator: "\n")
            .first { $0.hasPrefix(key) }
        let list = line?.dropFirst(key.count).filter { !$0.isWhitespace }
        return Affinity(list: list ?? "unknown")
    }

    /// The text of a file of the kernel, which has no size to ask for; empty when there is none.
    private static func text(ofFile path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
