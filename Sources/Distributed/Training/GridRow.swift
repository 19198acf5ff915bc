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

    func bringTogether(_ bytes: inout [UInt8], _ ranges: [Range<Int>]) {
        orEndTheJob(grid.alongHidden) { () throws(MPIError) in
            try grid.alongHidden.bringTogether(&bytes, ranges)
        }
    }

    /// Collective.
    ///
    /// Brings a matrix of all columns to the first rank of the row, block by block, so that no rank needs
    /// room for the whole.
    ///
    /// - Parameters:
    ///   - own: Shape `[rows, columns of this rank]`.
    ///   - take: Receives the bytes of some rows of all columns, on the first rank.
    func forEachGatheredBlock(
        of own: ArraySlice<Float>, rows: Int, _ take: ([UInt8]) -> Void
    ) throws(MPIError) {
        let width = slice.columns.count
        let most = HiddenSlice.rowsOfBlock(total: slice.total)
        for first in stride(from: 0, to: rows, by: most) {
            let count = min(most, rows - first)
            let start = own.startIndex + first * width
            let bytes = unsafe Array(own[start..<(start + count * width)])
                .withUnsafeBytes { unsafe Array($0) }
            guard let all = try grid.alongHidden.gather(bytes) else { continue }
            var block: [UInt8] = []
            block.reserveCapacity(4 * count * slice.total)
            for row in 0..<count {
                for (slice, bytes) in zip(slices, all) {
                    let part = 4 * slice.count
                    block += bytes[(row * part)..<((row + 1) * part)]
                }
            }
            take(block)
        }
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
