import CMPI

/// The most ranks with which each rank adds up all values.
///
/// With more ranks, each adds up a share and copies the other shares, so that the bytes that a rank
/// reads do not grow with the number of ranks.
private let mostWholeSums = 3

extension Communicator {
    /// Collective.
    ///
    /// Replaces a range of integers on every rank by their elementwise sums over all ranks, through
    /// the memory that they share.
    ///
    /// Each rank stores its values in 16 bits if all of them fit. The sums need not fit: they are
    /// computed in the type of `values`, and wrap around beyond it.
    ///
    /// - Precondition: `range` is the same on all ranks.
    /// - Returns: false if the ranks share no memory; the values are then unchanged.
    borrowing func sumOnHost<Value: HostValue>(
        _ values: inout [Value], _ range: Range<Int>
    ) throws(MPIError) -> Bool {
        guard size > 1, !range.isEmpty else { return true }
        let start = ContinuousClock.now
        guard let memory = try hostMemory() else { return false }
        for piece in narrowPieces(of: range) { try sumPiece(&values, piece, memory) }
        exchange.waited(since: start)
        return true
    }

    /// Collective.
    ///
    /// Sums a range whose values have room in 16 bits.
    private borrowing func sumPiece<Value: HostValue>(
        _ values: inout [Value], _ piece: Range<Int>, _ memory: HostMemory
    ) throws(MPIError) {
        guard try store(values, piece, memory) else {
            // Each half has room in 32 bits.
            let middle = piece.lowerBound + piece.count / 2
            try sumPiece(&values, piece.lowerBound..<middle, memory)
            try sumPiece(&values, middle..<piece.upperBound, memory)
            return
        }
        guard size > mostWholeSums else {
            addOthers(to: &values, piece, of: piece, memory)
            return
        }
        let shares = (0..<size).map { rank in
            let share = Ranks.share(of: piece.count, rank: rank, size: size)
            return piece.lowerBound + share.lowerBound..<piece.lowerBound + share.upperBound
        }
        addOthers(to: &values, shares[rank], of: piece, memory)
        let isComplete = try store(values, shares[rank], memory)
        precondition(isComplete, "a share of \(shares[rank].count) values has no room")
        var all = values.mutableSpan
        for other in 0..<size where other != rank {
            var part = all._mutatingExtracting(shares[other])
            memory.copy(from: other, at: 0, to: &part)
        }
    }

    /// Collective.
    ///
    /// Adds up integers of all ranks, elementwise, and gives each rank the sums of its range.
    ///
    /// Ranks of one host add up through the memory that they share. Otherwise values travel in 16 bits if
    /// all of all ranks fit; each rank adds up what it receives, so that the sums need not fit.
    ///
    /// - Parameters:
    ///   - values: Outside the own range they are undefined afterwards.
    ///   - ranges: One for each rank, one after the other from 0 on; the same on all ranks.
    public borrowing func sumRanges(
        _ values: inout [Int32], _ ranges: [Range<Int>]
    ) throws(MPIError) {
        guard size > 1 else { return }
        let start = ContinuousClock.now
        let all = 0..<(ranges.last?.upperBound ?? 0)
        if let memory = try hostMemory() {
            for piece in narrowPieces(of: all) {
                try sumPiece(&values, piece, in: ranges[rank], memory)
            }
        } else {
            try sumByMessages(&values, ranges)
        }
        exchange.waited(since: start)
    }

    /// Collective.
    ///
    /// Does the same with values of this rank that have 16 bits, beside ranks that call either function.
    ///
    /// Ranks that share memory find them where `write` has written them.
    ///
    /// - Parameters:
    ///   - values: In the own range they become the sums; outside it they are undefined afterwards.
    ///   - ranges: Likewise.
    ///   - write: Writes all values of this rank into room that may hold anything.
    public borrowing func sumRanges(
        _ values: inout [Int32], _ ranges: [Range<Int>],
        writtenBy write: (inout MutableSpan<Int16>) -> Void
    ) throws(MPIError) {
        let all = 0..<(ranges.last?.upperBound ?? 0)
        precondition(values.count >= all.count, "\(values.count) of \(all.count) values")
        guard size > 1, narrowPieces(of: all).count == 1, let memory = try hostMemory() else {
            var own = [Int16](repeating: 0, count: all.count)
            var span = own.mutableSpan
            write(&span)
            for i in all { values[i] = Int32(own[i]) }
            return try sumRanges(&values, ranges)
        }
        let own = ranges[rank]
        memory.begin(all.count, write)
        let start = ContinuousClock.now
        let isComplete = try memory.meetWithNarrow(self)
        exchange.sent(bytes: 2 * (all.count - own.count))
        if isComplete {
            if !own.isEmpty { addOthers(to: &values, own, of: all, memory, ownIsStored: true) }
        } else {
            // Some rank found no room for its values. So all ranks store theirs again, in smaller
            // pieces.
            var span = values.mutableSpan
            var whole = span._mutatingExtracting(all)
            memory.copy(from: rank, at: 0, to: &whole)
            try sumHalves(&values, all, in: own, memory)
        }
        exchange.waited(since: start)
    }

    /// Collective.
    ///
    /// Sums those values of a piece that are also of a range; the piece has room in 16 bits.
    private borrowing func sumPiece(
        _ values: inout [Int32], _ piece: Range<Int>, in range: Range<Int>, _ memory: HostMemory
    ) throws(MPIError) {
        let own = range.clamped(to: piece)
        guard try store(values, piece, unread: own, memory) else {
            return try sumHalves(&values, piece, in: range, memory)
        }
        if !own.isEmpty { addOthers(to: &values, own, of: piece, memory) }
    }

    /// Collective.
    ///
    /// Sums a piece whose values have room in 16 bits, and not in 32, half after half.
    private borrowing func sumHalves(
        _ values: inout [Int32], _ piece: Range<Int>, in range: Range<Int>, _ memory: HostMemory
    ) throws(MPIError) {
        let middle = piece.lowerBound + piece.count / 2
        try sumPiece(&values, piece.lowerBound..<middle, in: range, memory)
        try sumPiece(&values, middle..<piece.upperBound, in: range, memory)
    }

    /// Collective.
    ///
    /// Copies the bytes of each rank, which lie in its range, to all ranks.
    ///
    /// - Parameter ranges: One for each rank; the same on all ranks.
    public borrowing func bringTogether(
        _ bytes: inout [UInt8], _ ranges: [Range<Int>]
    ) throws(MPIError) {
        guard size > 1 else { return }
        let start = ContinuousClock.now
        let memory = try hostMemory()
        let most = memory == nil ? pieceBytes / size : HostMemory.room
        let longest = ranges.map(\.count).max() ?? 0
        for first in stride(from: 0, to: longest, by: most) {
            let parts = ranges.map { $0.dropFirst(first).prefix(most) }
            if let memory {
                try memory.bringTogether(&bytes, parts, self)
            } else {
                try bringTogether(&bytes, parts: parts)
            }
            exchange.sent(bytes: parts[rank].count)
        }
        exchange.waited(since: start)
    }

    /// Collective.
    ///
    /// Does the same by messages, with parts that are together at most a piece.
    private borrowing func bringTogether(
        _ bytes: inout [UInt8], parts: [Range<Int>]
    ) throws(MPIError) {
        // MPI counts from the start of its buffer in a C int.
        var packed: [UInt8] = []
        let starts = parts.map { part in
            defer { packed += bytes[part] }
            return packed.count
        }
        unsafe try check(
            cmpi_bring_together(
                handle, &packed, parts.map { Int32($0.count) }, starts.map { Int32($0) }))
        for (part, start) in zip(parts, starts) {
            bytes.replaceSubrange(part, with: packed[start..<(start + part.count)])
        }
    }

    /// Collective.
    ///
    /// Begins a round of the memory with a range of values, and returns whether every rank's values
    /// found room.
    ///
    /// - Parameter unread: Those of them that no other rank reads.
    private borrowing func store<Value: HostValue>(
        _ values: [Value], _ range: Range<Int>, unread: Range<Int>? = nil, _ memory: HostMemory
    ) throws(MPIError) -> Bool {
        let first = range.lowerBound
        let (bytes, isComplete) = try memory.exchange(
            values.span.extracting(range),
            unread: unread.map { ($0.lowerBound - first)..<($0.upperBound - first) } ?? 0..<0,
            self)
        exchange.sent(bytes: bytes)
        return isComplete
    }

    /// Local.
    ///
    /// Adds to a range of values what the other ranks have stored, which is a piece around the
    /// range.
    ///
    /// - Parameter ownIsStored: Whether this rank's values, too, are those that it has stored.
    private borrowing func addOthers<Value: HostValue>(
        to values: inout [Value], _ range: Range<Int>, of piece: Range<Int>, _ memory: HostMemory,
        ownIsStored: Bool = false
    ) {
        // This many sums stay in the first-level cache while the ranks are read one after another.
        let block = 4096
        var all = values.mutableSpan
        for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
            var sums = all._mutatingExtracting(first..<min(first + block, range.upperBound))
            if ownIsStored { memory.copy(from: rank, at: first - piece.lowerBound, to: &sums) }
            // Each rank begins with another segment, so that not all read the same one.
            for distance in 1..<size {
                let other = (rank + distance) % size
                memory.add(from: other, at: first - piece.lowerBound, to: &sums)
            }
        }
    }
}
