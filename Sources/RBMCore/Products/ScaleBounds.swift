import CWeightRows

/// The largest Σ|w| over any `RoundedWeights.depth` successive weights of a row or a column, which
/// bounds the scale of words.
///
/// The magnitudes are added up as integers, at the finest scale that single weights of 16 bits
/// allow. So neither the order of the rows nor the number of threads changes the sums.
///
/// Successive weights of a row are those of the whole layer. A process that holds a slice of the columns
/// has only parts of some sums: those over blocks that a cut between slices divides.
final class ScaleBounds {
    /// The factor on weights before they are rounded and added up.
    var inverseScale: Float = 1

    private let columns: Int
    private let blocks: Int
    /// The parts of a row that are added up one by one.
    private let parts: [RowPart]
    /// How many blocks of columns are divided between slices.
    private let dividedBlocks: Int
    /// For each row the largest sum over one of its blocks that this process has as a whole.
    private let ofRows: SharedRows<Int32>
    /// For each row the sums over what this process has of divided blocks, shape
    /// `[rows, dividedBlocks]`.
    private let ofDivided: SharedRows<Int32>
    /// For each row the largest sum over any run of the slice; empty for a whole layer, whose runs are its
    /// blocks.
    private let ofRuns: SharedRows<Int32>
    /// For each thread the sums over its rows, shape `[blocks, columns]`.
    private let ofColumns = ThreadScratch()
    /// The sums over all rows, shape `[blocks, columns]`.
    private var totals: [Int32]

    /// - Parameter slices: The columns of all processes.
    init(rows: Int, slice: HiddenSlice, among slices: [Range<Int>]) {
        columns = slice.columns.count
        blocks = (rows + RoundedWeights.depth - 1) / RoundedWeights.depth
        let divided = RowPart.dividedBlocks(by: slices)
        parts = RowPart.parts(of: slice, divided: divided)
        dividedBlocks = divided.count
        ofRows = SharedRows(rows, of: 1, repeating: 0)
        ofDivided = SharedRows(rows, of: divided.count, repeating: 0)
        ofRuns = SharedRows(slice.isWhole ? 0 : rows, of: 1, repeating: 0)
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
        var (block, run): (Int32, Int32) = (0, 0)
        var (largestBlock, largestRun): (Int32, Int32) = (0, 0)
        sums.withRow(row / RoundedWeights.depth, of: columns) { sums in
            for part in parts {
                let bounds = weights.round(
                    part.columns, times: factor, into: &words, magnitudesTimes: fine, addedTo: &sums
                )
                bits = max(bits, bounds.largest)
                block = part.beginsBlock ? bounds.sum : block &+ bounds.sum
                run = part.beginsRun ? bounds.sum : run &+ bounds.sum
                largestRun = max(largestRun, run)
                if let divided = part.divided {
                    ofDivided.withRow(row) { $0[divided] = block }
                } else {
                    largestBlock = max(largestBlock, block)
                }
            }
        }
        ofRows.withRow(row) { $0[0] = largestBlock }
        if !ofRuns.isEmpty { ofRuns.withRow(row) { $0[0] = largestRun } }
        return bits
    }

    /// The largest sum over what this process has as a whole, at `inverseScale`.
    func largest() -> Int32 {
        var largest = maximum(of: ofRows)
        for i in totals.indices { totals[i] = 0 }
        unsafe ofColumns.forEachPiece(of: totals.count, Int32.self) { piece in
            accumulate(unsafe UnsafeBufferPointer(piece).span, to: &totals)
        }
        for total in totals { largest = max(largest, total) }
        return largest
    }

    /// The sums over this process's parts of divided blocks, which processes add up; shape
    /// `[rows, divided blocks]`.
    ///
    /// A process that has nothing of a block has sums of zero.
    var dividedSums: [Int32] {
        ofDivided.isEmpty ? [] : ofDivided.withSpan { sums in sums.indices.map { sums[$0] } }
    }

    /// Returns the power of two by which `inverseScale` must be multiplied so that all sums fit 16 bits.
    ///
    /// - Parameter largest: The largest sum of all processes.
    func share(ofLargest largest: Int32) -> Float {
        var share: Float = 1
        while !Self.fits(largest, share) { share /= 2 }
        return share
    }

    /// Whether, at the same share of the scale, also the sums over runs of the slice fit: any 480
    /// successive weights of a row from the first one of the slice on.
    func runsFit(_ share: Float) -> Bool {
        ofRuns.isEmpty || Self.fits(maximum(of: ofRuns), share)
    }

    private static func fits(_ sum: Int32, _ share: Float) -> Bool {
        // A weight was rounded for the sum and is rounded again at the coarser scale. Each rounding
        // moves it by at most a half, so together by at most one coarse unit.
        let most = Int(Int16.max) - RoundedWeights.depth
        return Int(sum) <= Int(1 / share) * most
    }

    private func maximum(of rows: SharedRows<Int32>) -> Int32 {
        rows.withSpan { sums in
            var largest: Int32 = 0
            for i in sums.indices { largest = max(largest, sums[i]) }
            return largest
        }
    }
}

/// A part of a row that lies in one block of the whole layer and in one run of the slice.
private struct RowPart {
    /// Its columns within the slice.
    let columns: Range<Int>
    /// Whether it is the first part of the slice in its block.
    let beginsBlock: Bool
    /// Whether a run of the slice begins with it.
    let beginsRun: Bool
    /// The number of its block among the divided ones; nil if this process has all of it.
    let divided: Int?

    /// The blocks that a cut between slices divides, in their order.
    static func dividedBlocks(by slices: [Range<Int>]) -> [Int] {
        let cuts = slices.dropLast().map(\.upperBound).filter { cut in
            cut % RoundedWeights.depth != 0 && cut < slices.last!.upperBound
        }
        return Set(cuts.map { $0 / RoundedWeights.depth }).sorted()
    }

    static func parts(of slice: HiddenSlice, divided: [Int]) -> [RowPart] {
        let (depth, first) = (RoundedWeights.depth, slice.columns.lowerBound)
        var parts: [RowPart] = []
        var start = slice.columns.lowerBound
        while start < slice.columns.upperBound {
            let blockEnd = (start / depth + 1) * depth
            let runEnd = first + ((start - first) / depth + 1) * depth
            let end = min(blockEnd, runEnd, slice.columns.upperBound)
            parts.append(
                RowPart(
                    columns: (start - first)..<(end - first),
                    beginsBlock: start == first || start % depth == 0,
                    beginsRun: (start - first) % depth == 0,
                    divided: divided.firstIndex(of: start / depth)))
            start = end
        }
        return parts
    }
}

extension Span<Float> {
    /// Rounds a range of weights to words, and adds their rounded magnitudes to the sums of the columns.
    fileprivate func round(
        _ columns: Range<Int>, times factor: Float, into words: inout MutableSpan<Int16>,
        magnitudesTimes fine: Float, addedTo sums: inout MutableSpan<Int32>
    ) -> weight_row_bounds {
        let first = columns.lowerBound
        precondition(
            first >= 0 && columns.upperBound <= min(count, words.count, sums.count),
            "\(columns) of \(count) weights, \(words.count) words and \(sums.count) sums")
        return unsafe withUnsafeBufferPointer { weights in
            unsafe words.withUnsafeMutableBufferPointer { words in
                unsafe sums.withUnsafeMutableBufferPointer { sums in
                    unsafe weight_row_round(
                        weights.baseAddress! + first, columns.count, fine, factor,
                        words.baseAddress! + first, sums.baseAddress! + first)
                }
            }
        }
    }
}

private func accumulate(_ terms: Span<Int32>, to sums: inout [Int32]) {
    var sums = sums.mutableSpan
    for i in sums.indices { sums[i] &+= terms[i] }
}
