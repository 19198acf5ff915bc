extension Communicator {
    /// Collective.
    ///
    /// Returns the threads that a rank takes by default: OMP_NUM_THREADS if it is set, else the
    /// cores of its affinity mask divided by the ranks of its host that share them.
    public borrowing func defaultThreads() throws -> Int {
        let cores = try ownCores()
        return threadWish ?? max(1, cores)
    }

    /// Collective.
    ///
    /// Returns the cores of this rank's affinity mask divided by the ranks of its host that share
    /// them; 0 if the cores are fewer than the ranks.
    public borrowing func ownCores() throws(MPIError) -> Int {
        let own = Affinity.current
        let host = try splitByHost()
        let masks = try host.gather(Array(own.description.utf8)) ?? []
        let sharing = masks.map { String(decoding: $0, as: UTF8.self) }
        let all = try host.broadcast(sharing.joined(separator: "\n"))
        let ranks = all.split(separator: "\n").count { $0 == own.description }
        return own.count / max(1, ranks)
    }
}

/// Returns the threads that a process takes by default when it works alone: OMP_NUM_THREADS if it
/// is set, else the cores of its affinity mask.
public func defaultThreadsAlone() -> Int { threadWish ?? Affinity.current.count }

/// What OMP_NUM_THREADS asks for, if anything.
private var threadWish: Int? { Launch.environment("OMP_NUM_THREADS").flatMap(threads(inList:)) }

/// Returns the first number of a list such as `4` or `4,2`, as OpenMP reads it; nil if it is not a
/// positive number.
///
/// The other numbers are those of nested loops, of which Wilson has none.
func threads(inList text: String) -> Int? {
    let first = text.prefix { $0 != "," }.drop { $0 == " " }.reversed().drop { $0 == " " }
    return Int(String(first.reversed())).flatMap { $0 > 0 ? $0 : nil }
}
