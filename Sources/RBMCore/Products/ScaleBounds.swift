/// The largest Σ|w| over any `RoundedWeights.depth` successive weights of a row or a column, which
/// bounds the scale of words.
///
/// The magnitudes are added up as integers, at the finest scale that single weights of 16 bits
/// allow. So neither the order of the rows nor the number of threads changes the sums.
final class ScaleBounds {
    /// The factor on weights before they are rounded and added up.
    var inverseScale: Float = 1

    private let columns: Int
    private let blocks: Int
    /// For each row the largest sum over one of its parts.
    private let ofRows: SharedRows<Int32>
    /// For each thread the sums over its rows, shape `[blocks, columns]`.
    private let ofColumns = ThreadScratch()
    /// The sums over all rows, shape `[blocks, columns]`.
    private var totals: [Int32]

    init(rows: Int, columns: Int) {
        self.columns = columns
        blocks = (rows + RoundedWeights.depth - 1) / RoundedWeights.depth
        ofRows = SharedRows(rows, of: 1, repeating: 0)
        totals = Array(repeating: 0, count: blocks * columns)
    }

    /// Begins to add up new weights.
    func begin() {
        ofColumns.reserve(bytes: blocks * columns * MemoryLayout<Int32>.stride)
        unsafe ofColumns.forEachPiece(of: blocks * columns, Int32.self) { piece in
            unsafe piece.update(repeating: 0)
        }
    }

    /// Adds a row, and rounds it to words in the same pass.
    ///
    /// Several threads may do so at once, for different rows.
    ///
    /// - Parameters:
    ///   - factor: The factor on weights before they are rounded to words.
    ///   - words: Shape `[columns]`.
    /// - Returns: The bits of the largest magnitude of the row.
    func add(
        row: Int, _ weights: Span<Float>, times factor: Float, into words: inout MutableSpan<Int16>
    ) -> UInt32 {
        let piece = unsafe ofColumns.piece(of: blocks * columns, Int32.self)
        var sums = unsafe MutableSpan(_unsafeElements: piece)
        let fine = inverseScale
        var bits: UInt32 = 0
        var largestSum: Int32 = 0
        sums.withRow(row / RoundedWeights.depth, of: columns) { sums in
            for start in stride(from: 0, to: columns, by: RoundedWeights.depth) {
                let part = start..<min(start + RoundedWeights.depth, columns)
                let weights = weights.extracting(part)
                var sum: Int32 = 0
                sums.withRange(part) { sums in
                    words.withRange(part) { words in
                        for j in sums.indices {
                            let weight = weights[j]
                            let magnitude = weight.bitPattern & 0x7FFF_FFFF
                            bits = max(bits, magnitude)
                            let integer = roundedInteger(Float(bitPattern: magnitude) * fine)
                            sums[j] &+= integer
                            sum &+= integer
                            words[j] = Int16(truncatingIfNeeded: roundedInteger(weight * factor))
                        }
                    }
                }
                largestSum = max(largestSum, sum)
            }
        }
        ofRows.withRow(row) { $0[0] = largestSum }
        return bits
    }

    /// Ends what `begin` began.
    ///
    /// - Returns: The power of two by which `inverseScale` must be multiplied so that all sums fit
    ///   16 bits.
    func finish() -> Float {
        var largest = ofRows.withSpan { sums in
            var largest: Int32 = 0
            for i in sums.indices { largest = max(largest, sums[i]) }
            return largest
        }
        for i in totals.indices { totals[i] = 0 }
        unsafe ofColumns.forEachPiece(of: totals.count, Int32.self) { piece in
            accumulate(unsafe UnsafeBufferPointer(piece).span, to: &totals)
        }
        for total in totals { largest = max(largest, total) }
        // A weight was rounded for the sum and is rounded again at the coarser scale. Each rounding
        // moves it by at most a half, so together by at most one coarse unit.
        let most = Int(Int16.max) - RoundedWeights.depth
        var share: Float = 1
        while Int(largest) > Int(1 / share) * most { share /= 2 }
        return share
    }
}

private func accumulate(_ terms: Span<Int32>, to sums: inout [Int32]) {
    var sums = sums.mutableSpan
    for i in sums.indices { sums[i] &+= terms[i] }
}
