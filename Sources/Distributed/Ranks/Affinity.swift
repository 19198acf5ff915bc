/// The cores on which this process may run.
public struct Affinity: Sendable, Equatable {
    /// The cores as ranges, such as 0-3,8; "unknown" if the system does not tell.
    public let description: String

    /// The number of cores, at least one.
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

    /// Reads the cores of this process from the kernel's own account.
    ///
    /// Swift cannot see glibc's call for it.
    public static var current: Affinity {
        Affinity(list: processStatus("Cpus_allowed_list") ?? "unknown")
    }
}
