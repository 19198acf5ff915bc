extension Communicator {
    /// Collective.
    ///
    /// Names the ranks that hold another value than most ranks of their group, in words for people; nil if
    /// each group holds one value. All ranks return the same.
    public borrowing func differences(
        of value: UInt64, inGroup group: Int
    ) throws(MPIError) -> String? {
        let own = "\(group)\n\(value)\n\(hostName())"
        let held = try gather(Array(own.utf8)) ?? []
        let holders = held.enumerated().map { rank, bytes in
            let parts = String(decoding: bytes, as: UTF8.self).split(
                separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
            return ValueHolder(
                rank: rank, group: Int(parts[0]) ?? 0, value: String(parts[1]),
                host: String(parts[2]))
        }
        let words = try broadcast(ValueHolder.differences(of: holders))
        return words.isEmpty ? nil : words
    }
}

/// A rank and the value that it holds.
struct ValueHolder {
    let rank: Int
    let group: Int
    let value: String
    let host: String

    /// Names those that hold another value than most of their group; empty if there are none.
    static func differences(of holders: [ValueHolder]) -> String {
        let groups = Dictionary(grouping: holders, by: \.group)
        return groups.keys.sorted().compactMap { differences(inGroup: groups[$0] ?? []) }
            .joined(separator: "; ")
    }

    private static func differences(inGroup holders: [ValueHolder]) -> String? {
        let values = Dictionary(grouping: holders, by: \.value).values.sorted {
            ($1.count, $0[0].rank) < ($0.count, $1[0].rank)
        }
        guard values.count > 1 else { return nil }
        if values[0].count * 2 > holders.count {
            let odd = values.dropFirst().flatMap(\.self).sorted { $0.rank < $1.rank }
            let others = rankList(values[0].map(\.rank))
            return places(of: odd) + (odd.count == 1 ? " differs from " : " differ from ") + others
        }
        return "no value is that of most: " + values.map(places(of:)).joined(separator: " against ")
    }

    /// Ranks with their hosts, such as `ranks 2-3 on node2 and rank 7 on node4`.
    private static func places(of holders: [ValueHolder]) -> String {
        var hosts: [String] = []
        for holder in holders where !hosts.contains(holder.host) { hosts.append(holder.host) }
        let most = 8
        let words = hosts.prefix(most).map { host in
            "\(rankList(holders.filter { $0.host == host }.map(\.rank))) on \(host)"
        }
        return (words + (hosts.count > most ? ["\(hosts.count - most) hosts more"] : []))
            .joined(separator: " and ")
    }
}
