/// Where each rank runs, for the banner of a run.
public struct RankReport: Sendable {
    public struct Place: Sendable {
        public let host: String
        public let cores: String
    }

    /// One core list for each rank.
    public let places: [Place]

    /// Collective.
    ///
    /// Asks every rank. Returns nil on all ranks but rank 0.
    public init?(_ world: borrowing Communicator) throws(MPIError) {
        let own = "\(world.hostName())\n\(Affinity.current.description)"
        guard let all = try world.gather(Array(own.utf8)) else { return nil }
        places = all.map { bytes in
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            return Place(host: String(parts.first ?? "?"), cores: String(parts.last ?? "?"))
        }
    }

    /// Hosts and their ranks, such as `node1: ranks 0-3`, with the cores of each rank.
    public var lines: [String] {
        var hosts: [(name: String, ranks: [Int])] = []
        for (rank, place) in places.enumerated() {
            if let known = hosts.firstIndex(where: { $0.name == place.host }) {
                hosts[known].ranks.append(rank)
            } else {
                hosts.append((place.host, [rank]))
            }
        }
        return hosts.map { host in
            let ranks = host.ranks.map { "\($0) on cores \(places[$0].cores)" }
            return "\(host.name): \(host.ranks.count) rank\(host.ranks.count == 1 ? "" : "s") ("
                + ranks.joined(separator: "; ") + ")"
        }
    }
}
