public import ModelFiles
public import Ranks
import RBMCore
import Storage

extension DividedModel {
    /// Collective.
    ///
    /// Reads a model on rank 0, in pieces, of which each rank keeps its hidden columns.
    ///
    /// A layer is whole on every rank where its columns cannot be divided among so many: where units have
    /// several columns or real values, and where there are fewer groups of 64 hidden units than ranks.
    ///
    /// - Parameter hiddenRanks: How many ranks of a row divide the hidden columns.
    /// - Throws: The same failure on all ranks.
    public static func load(
        _ path: String, hiddenRanks: Int, _ world: borrowing Communicator
    ) throws -> DividedModel {
        guard hiddenRanks > 1 else { return DividedModel(try Model.load(path, world)) }
        var rows: [GridRow?] = []
        var (columns, outline) = try ModelColumns.read(path, keepsState: false, world) { layer in
            let isDivided =
                layer.isDivisible && HiddenSlice.most(of: layer.hidden) >= hiddenRanks
            let row =
                isDivided
                ? try GridRow(ranks: hiddenRanks, hidden: layer.hidden, unit: 1, world) : nil
            rows.append(row)
            return row?.slice
        }
        let read = try world.together {
            try ModelSlices(columns, path, hidden: outline.layers.map(\.hidden))
        }
        columns.weights = [:]
        return DividedModel(read, rows: rows)
    }

    /// Collective.
    ///
    /// Joins the layers of a model with the ranks that hold their other columns.
    private init(_ read: ModelSlices, rows: [GridRow?]) {
        let machines = read.layers.enumerated().map { place, rbm -> any Machine in
            rows[place].map { DividedRBM(own: rbm, group: $0) } ?? rbm
        }
        self.init(read, machines: machines)
    }
}
