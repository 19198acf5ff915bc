import Ranks
import RBMCore

/// The ranks of a row of the process grid, which divide the hidden units of a layer among them.
final class GridRow: HiddenGroup {
    let grid: ProcessGrid
    let slices: [Range<Int>]
    var place: Int { grid.alongHidden.rank }

    /// Collective.
    ///
    /// Divides a layer of `hidden` columns, of which each unit has some, among rows of `ranks` ranks.
    init(
        ranks: Int, hidden: Int, unit columns: Int, _ world: borrowing Communicator
    ) throws(MPIError) {
        grid = try ProcessGrid(hidden: ranks, world)
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
    /// Brings the parameters of all columns to the first rank of the row, block by block; nil on the
    /// others, which hold no more than a block.
    func gathered(_ own: Parameters) throws(MPIError) -> Parameters? {
        precondition(!own.hasLogVariances, "parameters with variances are not divided")
        let weights = try gathered(own.values[..<own.weightCount], rows: own.visibleCount)
        let biases = try gathered(own.values[own.hiddenBiasRange], rows: 1)
        guard let weights, let biases else { return nil }
        return Parameters(weights: weights, visibleBias: own.visibleBias, hiddenBias: biases)
    }

    /// Collective.
    ///
    /// Brings a matrix of all columns to the first rank of the row, block by block; nil on the others.
    ///
    /// - Parameter own: Shape `[rows, columns of this rank]`.
    private func gathered(_ own: ArraySlice<Float>, rows: Int) throws(MPIError) -> [Float]? {
        let width = slice.columns.count
        let most = HiddenSlice.rowsOfBlock(total: slice.total)
        var whole = [Float](repeating: 0, count: place == 0 ? rows * slice.total : 0)
        for first in stride(from: 0, to: rows, by: most) {
            let count = min(most, rows - first)
            let start = own.startIndex + first * width
            let bytes = unsafe Array(own[start..<(start + count * width)])
                .withUnsafeBytes { unsafe Array($0) }
            guard let all = try grid.alongHidden.gather(bytes) else { continue }
            for (slice, bytes) in zip(slices, all) {
                unsafe bytes.withUnsafeBytes { bytes in
                    for row in 0..<count {
                        for (place, column) in slice.enumerated() {
                            whole[(first + row) * self.slice.total + column] =
                                unsafe bytes.loadUnaligned(
                                    fromByteOffset: 4 * (row * slice.count + place),
                                    as: Float.self)
                        }
                    }
                }
            }
        }
        return place == 0 ? whole : nil
    }

    /// Collective.
    ///
    /// Brings the tensors of a tree to the first rank of the row, with all hidden columns; nil on the
    /// others.
    ///
    /// - Precondition: Tensors of hidden columns are floats.
    func gathered(_ own: StateTree) throws(MPIError) -> StateTree? {
        var whole = StateTree(prefix: own.prefix)
        for name in own.tensors.keys.sorted() {
            guard let tensor = own.tensors[name] else { continue }
            guard own.hiddenTensors[name] != nil else {
                whole.set(tensor, name)
                continue
            }
            guard case .floats(let values, let shape) = tensor else {
                preconditionFailure("\(name) has hidden columns of bytes")
            }
            let rows = shape.dropLast().reduce(1, *)
            guard let all = try gathered(values, rows: rows) else { continue }
            whole.set(.floats(all[...], shape: shape.dropLast() + [slice.total]), name)
        }
        for (name, text) in own.notes { whole.note(text, name) }
        return place == 0 ? whole : nil
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
