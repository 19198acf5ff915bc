/// What the ranks of a host do while a run makes no progress, in words for people.
struct StandstillReport {
    /// A rank of the host.
    struct Rank {
        let entry: ProgressBoard.Entry
        /// Whether its watchdog looks.
        let isAlive: Bool
        /// The state of its process as Linux writes it, such as R or T; nil if there is none, or if the
        /// system does not tell.
        let state: Character?
    }

    let host: String
    let ranks: [Rank]
    /// The other hosts and their ranks, such as `node2 (ranks 4-7)`; empty for none.
    let others: [String]

    /// As many ranks get a line of their own.
    private static let mostLines = 16

    /// A line for each rank, those first that wait for nobody, and what to look at.
    var lines: [String] {
        let blocking = ranks.filter { !isWaiting($0) }
        let sorted = blocking + ranks.filter(isWaiting)
        var lines = sorted.prefix(Self.mostLines).map { "  \(name(of: $0)) \(words(of: $0))" }
        if sorted.count > Self.mostLines {
            lines.append("  and \(sorted.count - Self.mostLines) ranks more of \(host)")
        }
        guard blocking.isEmpty else { return lines }
        if others.isEmpty {
            lines.append("  each waits for another, which is a fault of Wilson or of MPI")
        } else {
            let few = others.prefix(8).joined(separator: ", ")
            let more = others.count > 8 ? " and \(others.count - 8) hosts more" : ""
            lines.append(
                "  all of \(host) wait for another host. See what \(few)\(more) tell; if one tells "
                    + "nothing, look at it and at the link to it")
        }
        return lines
    }

    private func isWaiting(_ rank: Rank) -> Bool { rank.isAlive && rank.entry.call != nil }

    private func name(of rank: Rank) -> String {
        "rank \(rank.entry.rank) on \(host), process \(rank.entry.process):"
    }

    private func words(of rank: Rank) -> String {
        let (entry, place) = (rank.entry, place(of: rank.entry))
        guard rank.isAlive else {
            switch rank.state {
            case "T", "t":
                return
                    "is stopped by a signal, \(place); `kill -CONT \(entry.process)` lets it go on"
            case nil, "Z", "X": return "has ended, \(place)"
            case let state?: return "does not run (state \(state)), \(place)"
            }
        }
        if let call = entry.call { return "waits in \(call.name), \(place)" }
        if rank.state == "D" { return "waits for a disk or a network file system, \(place)" }
        return "computes, and waits for nobody, \(place)"
    }

    private func place(of entry: ProgressBoard.Entry) -> String {
        switch entry.phase {
        case .start: "at the start"
        case .data: "with the data"
        case .step: "in the step after step \(entry.step)"
        case .record: "in the record of step \(entry.step)"
        case .checkpoint: "in the checkpoint of step \(entry.step)"
        case .end: "after the last step"
        case .work: "at its work"
        }
    }
}
