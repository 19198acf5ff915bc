import Ranks
import RBMCore

/// The ranks of a row of the process grid, which divide the hidden units of a layer among them.
final class GridRow: HiddenGroup {
    private let shared: SharedGrid
    var grid: ProcessGrid { _read { yield shared.grid } }
    let slices: [Range<Int>]
    var place: Int { grid.alongHidden.rank }

    /// Collective.
    ///
    /// Divides a layer of `hidden` columns, of which each unit has some, among rows of `ranks` ranks.
    ///
    /// - Parameter other: A row of as many ranks, whose groups and shared memory serve this one too; nil
    ///   for groups of its own.
    init(
        ranks: Int, hidden: Int, unit columns: Int, like other: GridRow? = nil,
        _ world: borrowing Communicator
    ) throws(MPIError) {
        if let other {
            precondition(other.slices.count == ranks, "\(other.slices.count) ranks, not \(ranks)")
            shared = other.shared
        } else {
            shared = try SharedGrid(ProcessGrid(hidden: ranks, world))
        }
        slices = HiddenSlice.parts(of: hidden, among: ranks, unit: columns)
    }

    /// Whether this is the row of rank 0.
    var isFirst: Bool { grid.alongData.rank == 0 }

    /// The columns of this rank.
    var slice: HiddenSlice {
        HiddenSlice(slices[place], of: slices[slices.count - 1].upperBound)
    }

    func addUp(_ values: inout [Int32], _ ranges: [Range<Int>]) {
        orEndTheJob(grid.alongHidden) { () throws(MPIError) in
            try grid.alongHidden.sumRanges(&values, ranges)
        }
    }

    func addUp(
        _ values: inout [Int32], _ ranges: [Range<Int>],
        writtenBy write: (inout MutableSpan<Int16>) -> Void
    ) {
        orEndTheJob(grid.alongHidden) { () throws(MPIError) in
            try grid.alongHidden.sumRanges(&values, ranges, writtenBy: write)
        }
    }

    func bringTogether(_ bytes: inout [UInt8], _ ranges: [Range<Int>]) {
        orEndTheJob(grid.alongHidden) { () throws(MPIError) in
            try grid.alongHidden.bringTogether(&bytes, ranges)
        }
    }

    /// Collective.
    ///
    /// Brings some rows of a matrix of all columns to the first rank of the row.
    ///
    /// - Parameters:
    ///   - rows: Not too many for a message.
    ///   - own: Shape `[rows of the matrix, columns of this rank]`.
    /// - Returns: The bytes of the rows on the first rank; nil on the others.
    func gather(_ rows: Range<Int>, of own: ArraySlice<Float>) throws(MPIError) -> [UInt8]? {
        let width = slice.columns.count
        let start = own.startIndex + rows.lowerBound * width
        let bytes = unsafe own[start..<(start + rows.count * width)]
            .withUnsafeBytes { unsafe Array($0) }
        guard let all = try grid.alongHidden.gather(bytes) else { return nil }
        var joined: [UInt8] = []
        joined.reserveCapacity(4 * rows.count * slice.total)
        for row in 0..<rows.count {
            for (slice, bytes) in zip(slices, all) {
                let part = 4 * slice.count
                joined += bytes[(row * part)..<((row + 1) * part)]
            }
        }
        return joined
    }

    /// Collective.
    ///
    /// Joins the tensors of a tree along the hidden columns.
    func joined(_ own: StateTree) -> StateTree {
        var whole = StateTree(prefix: own.prefix)
        for name in own.tensors.keys.sorted() {
            guard let tensor = own.tensors[name] else { continue }
            guard let times = own.hiddenTensors[name] else {
                whole.set(tensor, name)
                continue
            }
            let shape = Array(tensor.shape.dropLast()) + [times * slice.total]
            let rows = tensor.shape.dropLast().reduce(times, *)
            switch tensor {
            case .floats(let values, _):
                whole.set(.floats(join(values, rows: rows)[...], shape: shape), name)
            case .bytes(let values, _):
                whole.set(.bytes(join(values[...], rows: rows), shape: shape), name)
            }
        }
        for (name, text) in own.notes { whole.note(text, name) }
        return whole
    }
}

/// The groups of ranks that the rows of several layers share.
private final class SharedGrid {
    let grid: ProcessGrid

    init(_ grid: consuming ProcessGrid) { self.grid = grid }
}
