extension Communicator {
    /// Collective.
    ///
    /// Tells whether all ranks hold the same fingerprint; it compares the first 62 of the bits.
    public borrowing func agrees(on fingerprint: UInt64) throws(MPIError) -> Bool {
        let ends = try extent(of: Int64(bitPattern: fingerprint >> 2))
        return ends.lowerBound == ends.upperBound
    }

    /// Collective.
    ///
    /// Returns a text that names the ranks whose text differs from rank 0's, with their hosts and
    /// texts; nil if all texts are equal. All ranks return the same.
    public borrowing func disagreement(on text: String) throws(MPIError) -> String? {
        guard size > 1 else { return nil }
        let first = try broadcast(text)
        guard try minimum(text == first ? 1 : 0) == 0 else { return nil }
        let held = try gather(Array("\(hostName())\n\(text)".utf8)) ?? []
        return try broadcast(held.isEmpty ? "" : Self.describe(held))
    }

    /// Names the ranks that differ from rank 0, and joins ranks of one host that have the same
    /// text.
    private static func describe(_ held: [[UInt8]]) -> String {
        struct Holder { let host: String, text: String, ranks: [Int] }
        var holders: [Holder] = []
        for (rank, bytes) in held.enumerated() {
            let parts = String(decoding: bytes, as: UTF8.self).split(
                separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            let (host, text) = (String(parts[0]), String(parts[1]))
            if let known = holders.firstIndex(where: { $0.host == host && $0.text == text }) {
                let ranks = holders[known].ranks + [rank]
                holders[known] = Holder(host: host, text: text, ranks: ranks)
            } else {
                holders.append(Holder(host: host, text: text, ranks: [rank]))
            }
        }
        let most = 8
        let others = holders.dropFirst().filter { $0.text != holders[0].text }
        var lines = ([holders[0]] + others.prefix(most)).map { holder in
            let ranks = rankList(holder.ranks)
            return "  \(ranks) on \(holder.host): \(holder.text)"
        }
        if others.count > most { lines.append("  and \(others.count - most) more") }
        return lines.joined(separator: "\n")
    }
}

/// Returns text such as `rank 3`, or `ranks 0-2,7`.
func rankList(_ ranks: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for rank in ranks {
        if let last = ranges.last, last.upperBound + 1 == rank {
            ranges[ranges.count - 1] = last.lowerBound...rank
        } else {
            ranges.append(rank...rank)
        }
    }
    let text = ranges.map {
        $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    return (ranks.count == 1 ? "rank " : "ranks ") + text.joined(separator: ",")
}
