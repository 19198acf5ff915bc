/// The sums of the rows or the columns of rounded weights.
///
/// The sums of high and of low bytes are kept apart. Formats without pairs of bytes have low sums
/// only.
struct WeightSums {
    private(set) var high: [Int32] = []
    private(set) var low: [Int32] = []

    /// Creates an empty value, for layers that do not need the sums.
    init() {}

    /// The sums over visible units, shape `[hidden]`.
    init(ofColumns weights: RoundedWeights, _ shape: LayerSpec) {
        if weights.format == .word {
            low = columnSums(weights.words, shape)
        } else {
            high = columnSums(weights.high, shape)
            low = columnSums(weights.low, shape)
        }
    }

    /// The sums over hidden units, shape `[visible]`.
    init(ofRows weights: RoundedWeights, _ shape: LayerSpec) {
        if weights.format == .word {
            low = rowSums(weights.words, shape)
        } else {
            high = rowSums(weights.high, shape)
            low = rowSums(weights.low, shape)
        }
    }

    /// Completes the sums by those of the other processes.
    mutating func complete(over group: any HiddenGroup) {
        func complete(_ sums: inout [Int32]) {
            for (place, other) in group.gather(sums).enumerated() where place != group.place {
                for i in sums.indices { sums[i] &+= other[i] }
            }
        }
        complete(&low)
        if !high.isEmpty { complete(&high) }
    }
}

private func columnSums<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ integers: SharedRows<Integer>, _ shape: LayerSpec
) -> [Int32] {
    guard !integers.isEmpty else { return [] }
    var sums = [Int32](repeating: 0, count: shape.hidden)
    integers.withSpan { integers in
        var span = sums.mutableSpan
        addRows(integers, rows: 0..<shape.visible, to: &span)
    }
    return sums
}

private func rowSums<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ integers: SharedRows<Integer>, _ shape: LayerSpec
) -> [Int32] {
    guard !integers.isEmpty else { return [] }
    return integers.withSpan { integers in
        (0..<shape.visible).map { i in
            let row = integers.extracting(rowRange(i, of: shape.hidden))
            var sum: Int32 = 0
            for j in row.indices { sum &+= Int32(truncatingIfNeeded: row[j]) }
            return sum
        }
    }
}

/// Adds rows of integers, signed or not, to sums, one for each column.
func addRows<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ integers: Span<Integer>, rows: Range<Int>, to sums: inout MutableSpan<Int32>
) {
    for row in rows {
        let row = integers.extracting(rowRange(row, of: sums.count))
        for j in sums.indices { sums[j] &+= Int32(truncatingIfNeeded: row[j]) }
    }
}
