/// The processes that hold the slices of one layer's hidden units, as one of them sees the others.
///
/// Each function is a collective: all processes of the group call it, in the same order, from their main
/// threads. What goes wrong between them ends the run.
public protocol HiddenGroup: AnyObject {
    /// The columns of each process.
    var slices: [Range<Int>] { get }

    /// The number of this process among them.
    var place: Int { get }

    /// Adds up the integers of all processes, elementwise, in the range of this process.
    ///
    /// - Parameters:
    ///   - values: Outside the own range they may be changed.
    ///   - ranges: One for each process, one after the other from 0 on; the same on all.
    func addUp(_ values: inout [Int32], _ ranges: [Range<Int>])

    /// Adds up the integers of all processes likewise, of which those of this process have 16 bits.
    ///
    /// It goes with the `addUp` of others, whose integers have 32.
    ///
    /// - Parameters:
    ///   - values: In the own range they become the sums; outside it they may be changed.
    ///   - ranges: Likewise.
    ///   - write: Writes this process's integers, all of them, into room that may hold anything.
    func addUp(
        _ values: inout [Int32], _ ranges: [Range<Int>],
        writtenBy write: (inout MutableSpan<Int16>) -> Void)

    /// Brings the bytes of all processes together.
    ///
    /// - Parameters:
    ///   - bytes: Those of this process are in its range; the others are written.
    ///   - ranges: Likewise.
    func bringTogether(_ bytes: inout [UInt8], _ ranges: [Range<Int>])
}

extension HiddenGroup {
    /// The values of all processes, one process after the other.
    ///
    /// - Parameter counts: How many values each process has.
    public func gather<Value: BitwiseCopyable>(_ own: [Value], counts: [Int]) -> [Value] {
        precondition(own.count == counts[place], "\(own.count) of \(counts[place]) values")
        let width = MemoryLayout<Value>.stride
        var start = 0
        let ranges = counts.map { count in
            defer { start += count * width }
            return start..<(start + count * width)
        }
        var bytes = [UInt8](repeating: 0, count: start)
        unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe own.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[ranges[place]])
                    .copyMemory(from: $0)
            }
        }
        bringTogether(&bytes, ranges)
        // A loop over values would call, for each of them, a function that is not specialized.
        return unsafe [Value](unsafeUninitializedCapacity: start / width) { values, count in
            unsafe bytes.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(values).copyMemory(from: $0)
            }
            count = start / width
        }
    }

    /// The values of all processes, where each has as many.
    public func gather<Value: BitwiseCopyable>(_ own: [Value]) -> [[Value]] {
        let all = gather(own, counts: slices.map { _ in own.count })
        return slices.indices.map { Array(all[rowRange($0, of: own.count)]) }
    }

    /// Hands the values of one process to all, which have as many.
    func hand(_ values: inout [Float], from place: Int) {
        let count = MemoryLayout<Float>.stride * values.count
        var bytes = unsafe values.withUnsafeBytes { unsafe Array($0) }
        bringTogether(
            &bytes,
            slices.indices.map { $0 < place ? 0..<0 : ($0 == place ? 0..<count : count..<count) })
        unsafe values.withUnsafeMutableBytes { unsafe $0.copyBytes(from: bytes) }
    }

    /// Whether something is so on all processes.
    public func agrees(_ own: Bool) -> Bool {
        gather([own ? UInt8(1) : 0]).allSatisfy { $0 == [1] }
    }

    /// Joins the slices of a matrix to that of all columns.
    ///
    /// - Parameters:
    ///   - own: Shape `[rows, columns of this process]`.
    ///   - rows: The same on all processes.
    public func join<Value: BitwiseCopyable>(_ own: ArraySlice<Value>, rows: Int) -> [Value] {
        let all = gather(Array(own), counts: slices.map { rows * $0.count })
        var result: [Value] = []
        result.reserveCapacity(all.count)
        for row in 0..<rows {
            for slice in slices {
                result += all[rowRange(row, of: slice.count).offset(by: rows * slice.lowerBound)]
            }
        }
        return result
    }

    /// Joins the slices of a matrix block by block, and hands over the rows of all columns.
    ///
    /// So no process needs room for the whole. All blocks but the last have a multiple of 32 rows.
    ///
    /// - Parameters:
    ///   - own: Shape `[rows, columns of this process]`.
    ///   - rows: The same on all processes.
    ///   - body: Receives the numbers of some rows, and their values.
    public func forEachJoinedBlock<Value: BitwiseCopyable>(
        of own: ArraySlice<Value>, rows: Int,
        _ body: (_ rows: Range<Int>, _ values: [Value]) -> Void
    ) {
        let most = HiddenSlice.rowsOfBlock(total: slices[slices.count - 1].upperBound)
        let width = slices[place].count
        for first in stride(from: 0, to: rows, by: most) {
            let block = first..<min(first + most, rows)
            let part = (block.lowerBound * width)..<(block.upperBound * width)
            body(block, join(own[part.offset(by: own.startIndex)], rows: block.count))
        }
    }

    /// Joins the slices of parameters to those of the whole layer.
    public func join(_ own: Parameters) -> Parameters {
        precondition(!own.hasLogVariances, "parameters with variances are not divided")
        let total = slices[slices.count - 1].upperBound
        var whole = Parameters(visible: own.visibleCount, hidden: total)
        forEachJoinedBlock(of: own.values[..<own.weightCount], rows: own.visibleCount) {
            whole.values.replaceSubrange(
                ($0.lowerBound * total)..<($0.upperBound * total), with: $1)
        }
        whole.values.replaceSubrange(whole.visibleBiasRange, with: own.visibleBias)
        whole.values.replaceSubrange(
            whole.hiddenBiasRange, with: join(own.values[own.hiddenBiasRange], rows: 1))
        return whole
    }

    /// The Frobenius norm of the weights of all processes, with the bits of the whole layer's.
    public func weightNorm(_ own: Parameters) -> Double {
        var sum = SquareSum()
        forEachJoinedBlock(of: own.values[..<own.weightCount], rows: own.visibleCount) {
            sum.add($1.span)
        }
        return sum.value.squareRoot()
    }
}

extension Parameters {
    /// Cuts the parameters of a slice of hidden columns out.
    public func cut(to slice: HiddenSlice) -> Parameters {
        guard !slice.isWhole else { return self }
        precondition(
            slice.total == hiddenCount && !hasLogVariances,
            "a slice of \(slice.total) columns of \(hiddenCount)")
        return Parameters(
            weights: slice.cut(values[..<weightCount]), visibleBias: visibleBias,
            hiddenBias: Array(hiddenBias[slice.columns]))
    }
}
