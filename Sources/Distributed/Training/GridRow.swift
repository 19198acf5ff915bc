import Ranks
import RBMCore

/// The ranks of a row of the process grid, which divide the hidden units of a layer among them.
final class GridRow: HiddenGroup {
    let grid: ProcessGrid
    let slices: [Range<Int>]
    var place: Int { grid.alongHidden.rank }

    /// Collective.
    ///
    /// Divides a layer of `hidden` columns among rows of `ranks` ranks.
    init(
        ranks: Int, hidden: Int, _ world: borrowing Communicator
    ) throws(MPIError) {
        grid = try ProcessGrid(hidden: ranks, world)
        slices = HiddenSlice.parts(of: hidden, among: ranks)
    }

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
    /// Joins the tensors of a tree along the hidden columns.
    func joined(_ own: StateTree) -> StateTree {
        var whole = StateTree(prefix: own.prefix)
        for name in own.tensors.keys.sorted() {
            guard let tensor = own.tensors[name] else { continue }
            guard own.hiddenTensors.contains(name) else {
                whole.set(tensor, name)
                continue
            }
            let shape = Array(tensor.shape.dropLast()) + [slice.total]
            let rows = tensor.shape.dropLast().reduce(1, *)
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
