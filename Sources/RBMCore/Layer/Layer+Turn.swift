import RandomStreams

// Turning all spins of a state over. Only the biases tell the two states apart: the move costs no
// product, and takes chains from one sign to the other, which sweeps below the critical temperature
// never do.

extension Layer {
    /// Whether all units have opposite values, so that states can be turned over.
    var turnsOver: Bool {
        shape.visibleUnits.isSymmetric && shape.hiddenUnits.isSymmetric
            && shape.encoding != .float32
    }

    /// Turns the visible states of some rows over, each with the probability min(1, e^{−ΔE}).
    ///
    /// ΔE = 2(b·v + c·h) is what it costs to turn v and h over together. The move leaves the
    /// machine's distribution of (v, h) as it is. The hidden states are not written: the caller must
    /// draw them anew.
    ///
    /// - Parameters:
    ///   - visible: Bytes 0 or 1, shape `[…, visible]`; only `rows` may turn.
    ///   - hidden: States of the same chains, bytes 0 or 1, shape `[rows, hidden]`.
    ///   - firstRow: The global number of the first row. The numbers of the rows name their random
    ///     numbers.
    func turnOver(
        visible: inout [UInt8], rows: Range<Int>, hidden: [UInt8], stream: RandomStream,
        firstRow: Int
    ) {
        precondition(joined == nil, "hidden states of all columns")
        var terms = [Float](repeating: 0, count: max(shape.visible, shape.hidden))
        var hiddenSums = rows.indices.map { row in
            alignment(
                of: hidden, row: row - rows.lowerBound, with: hiddenBias, in: &terms
            ).value
        }
        if let group {
            let all = group.gather(hiddenSums)
            hiddenSums = hiddenSums.indices.map { place in all.reduce(0) { $0 + $1[place] } }
        }
        for row in rows {
            let place = row - rows.lowerBound
            let visibleSum = alignment(of: visible, row: row, with: visibleBias, in: &terms)
            let sum = hiddenSums[place] + visibleSum.value
            let word = stream.word(row: firstRow + place, unit: 0)
            guard (Double(word) + 0.5) * 0x1p-32 < exponential(-2 * sum) else { continue }
            var states = visible.mutableSpan
            for i in rowRange(row, of: shape.visible) { states[i] = 1 - states[i] }
        }
    }

    /// Σ b·s over the spins s of a row, the same number however processes divide the columns.
    ///
    /// - Parameter terms: Room for a row.
    private func alignment(
        of states: [UInt8], row: Int, with bias: [Float], in terms: inout [Float]
    ) -> FixedPointSum {
        let states = states.span.extracting(rowRange(row, of: bias.count))
        var span = terms.mutableSpan
        for i in states.indices { span[i] = states[i] == 0 ? -bias[i] : bias[i] }
        var sum = FixedPointSum()
        // A slice of hidden columns ends where a block does.
        for start in stride(from: 0, to: bias.count, by: HiddenSlice.group) {
            let block = start..<min(start + HiddenSlice.group, bias.count)
            sum.add(laneSum(terms.span.extracting(block)))
        }
        return sum
    }
}
