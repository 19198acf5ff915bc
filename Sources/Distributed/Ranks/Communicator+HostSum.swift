/// The most ranks of which each adds up all values; of more, each adds up a share of them and copies
/// the others' shares, so that what a rank reads does not grow with their number.
private let mostWholeSums = 3

extension Communicator {
    /// Collective.
    ///
    /// Replaces a range of integers on every rank by their elementwise sums over all ranks, through
    /// the memory that they share.
    ///
    /// Each rank stores its values in 16 bits where they fit, whatever their sums: these have the bits
    /// of what is summed, and wrap beyond them.
    ///
    /// - Precondition: `range` is the same on all ranks.
    /// - Returns: false, with nothing done, where the ranks share no memory.
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
    /// Sums a range for which there is room in 16 bits.
    private borrowing func sumPiece<Value: HostValue>(
        _ values: inout [Value], _ piece: Range<Int>, _ memory: HostMemory
    ) throws(MPIError) {
        guard try store(values, piece, memory) else {
            // In 32 bits there is room for each half.
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
            let share = DistributedTraining.share(of: piece.count, rank: rank, size: size)
            return piece.lowerBound + share.lowerBound..<piece.lowerBound + share.upperBound
        }
        addOthers(to: &values, shares[rank], of: piece, memory)
        let isComplete = try store(values, shares[rank], memory)
        precondition(isComplete, "a share of \(shares[rank].count) values has no room")
        var all = values.mutableSpan
        for other in 0..<size where other != rank {
            var part = all._mutatingExtracting(shares[other])
            memory.copy(from: other, to: &part)
        }
    }

    /// Collective.
    ///
    /// Begins a round of the memory with a range of values; says whether it can be read.
    private borrowing func store<Value: HostValue>(
        _ values: [Value], _ range: Range<Int>, _ memory: HostMemory
    ) throws(MPIError) -> Bool {
        let (bytes, isComplete) = try memory.exchange(values.span.extracting(range), self)
        exchange.sent(bytes: bytes)
        return isComplete
    }

    /// Local.
    ///
    /// Adds to a range of values what the other ranks have stored of a piece around it.
    private borrowing func addOthers<Value: HostValue>(
        to values: inout [Value], _ range: Range<Int>, of piece: Range<Int>, _ memory: HostMemory
    ) {
        // So many sums stay in the nearest cache while the ranks go by.
        let block = 4096
        var all = values.mutableSpan
        for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
            var sums = all._mutatingExtracting(first..<min(first + block, range.upperBound))
            // Not all ranks read the same segment at a time.
            for distance in 1..<size {
                let other = (rank + distance) % size
                memory.add(from: other, at: first - piece.lowerBound, to: &sums)
            }
        }
    }
}
