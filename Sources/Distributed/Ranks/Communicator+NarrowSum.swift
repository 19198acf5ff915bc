extension Communicator {
    /// Collective.
    ///
    /// Replaces a range of integers on every rank by their elementwise sums over all ranks, as
    /// `sum` does, but sends half the bytes if the values are small.
    ///
    /// Ranks of one host add up through the memory that they share. Otherwise a piece travels in 16
    /// bits if the largest magnitudes of all ranks in it add up to at most 2¹⁵ − 1. MPI may add up
    /// the ranks in any order and grouping. A partial sum runs over some of the ranks, so that its
    /// magnitude is at most the sum of their largest magnitudes, and nothing can overflow. All
    /// ranks see the same sum of magnitudes and choose alike.
    ///
    /// - Precondition: `range` is the same on all ranks.
    public borrowing func sumNarrowly(
        _ values: inout [Int32], _ range: Range<Int>
    ) throws(MPIError) {
        if try sumOnHost(&values, range) { return }
        let start = ContinuousClock.now
        var bounds = magnitudes(of: values, range)
        try sumPieces(&bounds, 0..<bounds.count)
        for (piece, bound) in zip(narrowPieces(of: range), bounds) {
            guard bound <= Int64(Int16.max) else {
                try sumPieces(&values, piece)
                continue
            }
            narrow(values, piece, into: &wire.values)
            try sumPieces(&wire.values, 0..<piece.count)
            widen(wire.values, piece, into: &values)
        }
        exchange.waited(since: start)
    }
}

extension Communicator {
    /// Collective.
    ///
    /// Does the same with integers of 16 bits, which must hold the sum over any of the ranks.
    public borrowing func sumNarrowly(
        _ values: inout [Int16], _ range: Range<Int>
    ) throws(MPIError) {
        if try sumOnHost(&values, range) { return }
        try sum(&values, range)
    }
}

extension Communicator {
    /// Collective.
    ///
    /// Replaces a range of few, large integers on every rank by their elementwise sums over all ranks.
    ///
    /// Learning whether 16 bits hold them all would cost a message more than it saves.
    ///
    /// - Precondition: `range` is the same on all ranks.
    public borrowing func sumFew(
        _ values: inout [Int32], _ range: Range<Int>
    ) throws(MPIError) {
        if try !sumOnHost(&values, range) { try sum(&values, range) }
    }
}

/// Room for a piece of a sum in the form in which it travels; it is kept from sum to sum.
final class WireBuffer {
    var values: [Int16] = []
}

/// Divides a range into pieces of `pieceBytes` in 16 bits; the last piece may be shorter.
func narrowPieces(of range: Range<Int>) -> [Range<Int>] {
    let count = pieceBytes / MemoryLayout<Int16>.stride
    return stride(from: range.lowerBound, to: range.upperBound, by: count).map {
        $0..<min($0 + count, range.upperBound)
    }
}

/// The largest magnitude in each piece.
private func magnitudes(of values: [Int32], _ range: Range<Int>) -> [Int64] {
    let values = values.span
    return narrowPieces(of: range).map { piece in
        let part = values.extracting(piece)
        var largest: UInt32 = 0
        for i in part.indices { largest = max(largest, part[i].magnitude) }
        return Int64(largest)
    }
}

/// Copies a range of values into 16 bits, which they must fit.
private func narrow(_ values: [Int32], _ range: Range<Int>, into wire: inout [Int16]) {
    if wire.count < range.count { wire = [Int16](repeating: 0, count: range.count) }
    let values = values.span.extracting(range)
    var span = wire.mutableSpan
    var wire = span._mutatingExtracting(0..<range.count)
    for i in wire.indices { wire[i] = Int16(truncatingIfNeeded: values[i]) }
}

/// Copies 16 bits back into a range of values.
private func widen(_ wire: [Int16], _ range: Range<Int>, into values: inout [Int32]) {
    let wire = wire.span.extracting(0..<range.count)
    var span = values.mutableSpan
    var values = span._mutatingExtracting(range)
    for i in values.indices { values[i] = Int32(wire[i]) }
}
