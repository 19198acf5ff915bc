import CMPI

extension Communicator {
    /// Collective.
    ///
    /// Gives each rank the sums of its range, by messages.
    ///
    /// - Parameter ranges: One for each rank, one after the other from 0 on; the same on all ranks.
    borrowing func sumByMessages(
        _ values: inout [Int32], _ ranges: [Range<Int>]
    ) throws(MPIError) {
        let all = 0..<(ranges.last?.upperBound ?? 0)
        let isNarrow = try minimum(fitsWords(values.span.extracting(all)) ? 1 : 0) == 1
        // Parts of at most a piece, which all ranks cut alike.
        let most = pieceBytes / MemoryLayout<Int32>.stride
        let longest = ranges.map(\.count).max() ?? 0
        for first in stride(from: 0, to: longest, by: most) {
            let parts = ranges.map { $0.dropFirst(first).prefix(most) }
            if isNarrow {
                try exchangeWords(&values, parts)
            } else {
                try sumParts(&values, parts)
            }
        }
    }

    /// Collective.
    ///
    /// Lets MPI add up the parts.
    private borrowing func sumParts(
        _ values: inout [Int32], _ parts: [Range<Int>]
    ) throws(MPIError) {
        var packed: [Int32] = []
        for part in parts { packed += values[part] }
        var sums = [Int32](repeating: 0, count: parts[rank].count)
        unsafe try check(
            cmpi_sum_ranges(handle, packed, &sums, parts.map { Int32($0.count) }))
        values.replaceSubrange(parts[rank], with: sums)
        exchange.sent(bytes: packed.count * MemoryLayout<Int32>.stride)
    }

    /// Collective.
    ///
    /// Sends the parts of the other ranks in 16 bits, and adds what they have for this one.
    private borrowing func exchangeWords(
        _ values: inout [Int32], _ parts: [Range<Int>]
    ) throws(MPIError) {
        let own = parts[rank]
        let sent = (0..<size).map { $0 == rank ? own.lowerBound..<own.lowerBound : parts[$0] }
        var packed = [Int16](repeating: 0, count: sent.map(\.count).reduce(0, +))
        var starts: [Int32] = []
        var place = 0
        for part in sent {
            starts.append(Int32(place))
            narrow(values, part, into: &packed, at: place)
            place += part.count
        }
        let receivedCounts = (0..<size).map { Int32($0 == rank ? 0 : own.count) }
        let receivedStarts = (0..<size).map { Int32(($0 < rank ? $0 : max(0, $0 - 1)) * own.count) }
        var received = [Int16](repeating: 0, count: (size - 1) * own.count)
        unsafe try check(
            cmpi_exchange_words(
                handle, packed, sent.map { Int32($0.count) }, starts, &received, receivedCounts,
                receivedStarts))
        exchange.sent(bytes: packed.count * MemoryLayout<Int16>.stride)
        var span = values.mutableSpan
        var sums = span._mutatingExtracting(own)
        for other in 0..<(size - 1) {
            let words = received.span.extracting(
                (other * own.count)..<((other + 1) * own.count))
            for i in sums.indices { sums[i] &+= Int32(words[i]) }
        }
    }
}

/// Whether 16 bits hold each value.
private func fitsWords(_ values: Span<Int32>) -> Bool {
    var lost: Int32 = 0
    for i in values.indices { lost |= values[i] ^ Int32(Int16(truncatingIfNeeded: values[i])) }
    return lost == 0
}

/// Copies a range of values, which 16 bits must hold, to a place of words.
private func narrow(
    _ values: [Int32], _ range: Range<Int>, into words: inout [Int16], at place: Int
) {
    let values = values.span.extracting(range)
    var span = words.mutableSpan
    var words = span._mutatingExtracting(place..<(place + range.count))
    for i in words.indices { words[i] = Int16(truncatingIfNeeded: values[i]) }
}
