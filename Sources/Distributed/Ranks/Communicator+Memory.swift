public import Storage

/// What a rank needs and what it can have.
struct RankMemory: Sendable {
    let host: String
    let need: Double
    /// The parts of the need, in words.
    let parts: String
    /// nil where the system does not tell.
    let room: MemoryRoom?
}

extension RankMemory {
    /// The same as lines of text, for other ranks.
    var text: String {
        let groups = (room?.groups ?? []).map { "\($0.number) \($0.left) \($0.name)" }
        return
            ([
                host, "\(need)", parts, room.map { "\($0.host)" } ?? "",
                room?.process.map { "\($0)" } ?? "",
            ] + groups).joined(separator: "\n")
    }

    /// - Precondition: The text is one that `text` has made.
    init(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        (host, need, parts) = (lines[0], Double(lines[1]) ?? 0, lines[2])
        room = Int(lines[3]).map { bytes in
            MemoryRoom(
                host: bytes,
                groups: lines.dropFirst(5).compactMap { line in
                    let words = line.split(separator: " ", maxSplits: 2)
                    guard words.count == 3, let number = UInt64(words[0]), let left = Int(words[1])
                    else { return nil }
                    return MemoryRoom.Group(number: number, name: String(words[2]), left: left)
                }, process: Int(lines[4]))
        }
    }

    /// Tells where ranks need more than they can have; nil where nowhere.
    ///
    /// - Parameter ranks: All of them, in their order.
    static func shortage(of ranks: [RankMemory]) -> String? {
        for (rank, own) in ranks.enumerated() {
            guard let room = own.room else { continue }
            let neighbours = ranks.indices.filter { ranks[$0].host == own.host }
            // The first rank of a host speaks for all of them.
            if neighbours.first == rank,
                let words = shortage(
                    of: neighbours, ranks, neighbours.compactMap { ranks[$0].room?.host }.min(),
                    MemoryRoom.hostWords)
            {
                return words
            }
            for group in room.groups {
                let members = neighbours.filter { other in
                    ranks[other].room?.groups.contains { $0.number == group.number } == true
                }
                guard members.first == rank else { continue }
                if let words = shortage(of: members, ranks, group.left, group.words) {
                    return words
                }
            }
            if let words = shortage(
                of: [rank], ranks, room.process, MemoryRoom.processWords)
            {
                return words
            }
        }
        return nil
    }

    /// - Parameters:
    ///   - members: The numbers of the ranks that share the memory.
    ///   - left: What they can have together; nil for no limit.
    private static func shortage(
        of members: [Int], _ ranks: [RankMemory], _ left: Int?, _ limit: String
    ) -> String? {
        let need = members.reduce(0) { $0 + ranks[$1].need }
        guard let left, need > Double(left),
            let largest = members.max(by: { ranks[$0].need < ranks[$1].need })
        else { return nil }
        let who =
            members.count == 1
            ? "rank \(largest) on \(ranks[largest].host) needs"
            : "the \(members.count) ranks on \(ranks[largest].host) need together"
        return "\(who) at least \(megabytes(need)), and \(limit) \(megabytes(Double(left))). "
            + "Rank \(largest) needs for \(ranks[largest].parts)"
    }
}

extension Communicator {
    /// Collective.
    ///
    /// Fails where the ranks of a host, of a control group or a rank alone need more memory than there is.
    ///
    /// - Parameters:
    ///   - room: What there was before the ranks took some of it; nil where the system does not tell.
    ///   - remedy: What people can do about it.
    public borrowing func checkMemory(
        _ need: MemoryNeed, in room: MemoryRoom?, remedy: String
    ) throws {
        let own = RankMemory(
            host: hostName(), need: need.bytes, parts: need.text, room: room)
        let all = try gather(Array(own.text.utf8))
        let found = all.flatMap { all in
            RankMemory.shortage(of: all.map { RankMemory(String(decoding: $0, as: UTF8.self)) })
        }
        let words = try broadcast(found ?? "")
        guard words.isEmpty else {
            throw SharedFailure(exitCode: ExitStatus.mpi, "no memory: \(words). \(remedy)")
        }
    }
}
