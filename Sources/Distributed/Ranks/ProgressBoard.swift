import CHostMemory

/// Memory in which the watchdogs of one host's ranks write what their ranks are at.
@safe final class ProgressBoard: @unchecked Sendable {
    /// What a watchdog has written.
    struct Entry: Sendable {
        /// How often the watchdog has looked.
        var looks = 0
        /// The rank among all, and its process.
        var rank = 0
        var process = 0
        /// The seconds without progress.
        var idle = 0.0
        var phase = RankProgress.Phase.start
        var step = 0
        var call: WaitingCall?
        /// Whether the rank has ended in order, or its time is over.
        var hasEnded = false
    }

    private static let fields = 8
    private static let entryBytes = fields * 8

    private let region: SharedRegion
    /// The ranks of this host.
    let count: Int
    /// This rank's place among them.
    let place: Int

    private init(_ region: SharedRegion, _ host: borrowing Communicator) {
        self.region = region
        count = host.size
        place = host.rank
    }

    /// Collective.
    ///
    /// Makes a board for the ranks of each host.
    ///
    /// - Returns: nil on all ranks of a host whose shared memory is too small.
    static func make(_ host: borrowing Communicator) throws(MPIError) -> ProgressBoard? {
        let bytes = entryBytes * host.size
        let own = host.rank == 0 ? SharedRegion(creating: bytes) : nil
        let isMade = own?.take(0, bytes) ?? false
        let token = try host.broadcast("\(isMade ? own?.token ?? 0 : 0)")
        let region = own ?? UInt64(token).flatMap { SharedRegion(opening: $0, bytes) }
        let isEverywhere = try host.minimum(region != nil && token != "0" ? 1 : 0) == 1
        own?.forget()
        guard isEverywhere, let region else { return nil }
        return ProgressBoard(region, host)
    }

    private func field(_ place: Int, _ number: Int) -> UnsafeMutablePointer<Int64> {
        unsafe (region.start + place * Self.entryBytes).assumingMemoryBound(to: Int64.self) + number
    }

    /// Writes this rank's entry.
    ///
    /// A reader may see a part of it from before, which a report on seconds can bear.
    func write(_ entry: Entry) {
        let values = [
            entry.looks, entry.rank, entry.process, Int(entry.idle * 1000), entry.phase.rawValue,
            entry.step, entry.call?.rawValue ?? 0, entry.hasEnded ? 1 : 0,
        ]
        for (number, value) in values.enumerated() {
            unsafe host_memory_put(field(place, number), Int64(value))
        }
    }

    /// Reads the entry of a rank of this host.
    func entry(_ place: Int) -> Entry {
        func value(_ number: Int) -> Int { unsafe Int(host_memory_get(field(place, number))) }
        return Entry(
            looks: value(0), rank: value(1), process: value(2), idle: Double(value(3)) / 1000,
            phase: RankProgress.Phase(rawValue: value(4)) ?? .start, step: value(5),
            call: WaitingCall(rawValue: value(6)), hasEnded: value(7) == 1)
    }
}
