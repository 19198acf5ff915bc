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
        var reader: SafetensorsReader?
        try world.together { if world.rank == 0 { reader = try SafetensorsReader(path) } }
        let text = try world.broadcast(reader?.headerText ?? [])
        var size = [Int64(reader?.dataCount ?? 0)]
        try world.sum(&size)
        let outline = try world.together {
            try SafetensorsOutline(header: text, dataCount: Int(size[0]), name: path)
        }
        let model = ModelOutline(outline)
        var rows: [GridRow?] = []
        for layer in model.layers {
            let isDivided =
                layer.isDivisible && HiddenSlice.most(of: layer.hidden) >= hiddenRanks
            rows.append(
                isDivided
                    ? try GridRow(ranks: hiddenRanks, hidden: layer.hidden, unit: 1, world) : nil)
        }
        var columns = ModelColumns(
            metadata: outline.metadata, names: Set(outline.tensors.map(\.name)))
        for tensor in outline.tensors {
            let place = model.layers.firstIndex {
                $0.weights == tensor.name || $0.hiddenBias == tensor.name
            }
            let slice = place.flatMap { rows[$0]?.slice }
            let values = try read(
                tensor, keeping: slice, isNeeded: model.isNeeded(tensor.name), &reader, world)
            guard let values else { continue }
            if let slice, let place {
                let shape = Array(tensor.shape.dropLast()) + [slice.columns.count]
                if model.layers[place].weights == tensor.name {
                    columns.weights[tensor.name] = (floats(values), shape)
                } else {
                    columns.file.tensors[tensor.name] = Tensor(
                        floats: floats(values), shape: shape)
                }
            } else {
                columns.file.tensors[tensor.name] = Tensor(
                    elementType: tensor.elementType, shape: tensor.shape, bytes: values)
            }
        }
        let read = try world.together {
            try ModelSlices(columns, path, hidden: model.layers.map(\.hidden))
        }
        columns.weights = [:]
        return DividedModel(read, rows: rows)
    }

    /// Collective.
    ///
    /// Reads a tensor in pieces, and returns the bytes that this rank keeps; nil for none.
    ///
    /// - Parameters:
    ///   - slice: The columns of this rank; nil for all.
    ///   - isNeeded: Whether some are kept at all; else rank 0 verifies their checksum.
    private static func read(
        _ tensor: SafetensorsOutline.Entry, keeping slice: HiddenSlice?, isNeeded: Bool,
        _ reader: inout SafetensorsReader?, _ world: borrowing Communicator
    ) throws -> [UInt8]? {
        let row = 4 * (slice?.total ?? 1 << 20)
        let piece = slice.map { HiddenSlice.rowsOfBlock(total: $0.total) * row } ?? row
        var kept: [UInt8] = []
        var done = 0
        repeat {
            let count = min(piece, tensor.count - done)
            let bytes = try world.together { try reader?.read(count) ?? [] }
            done += count
            guard isNeeded else { continue }
            let all = try world.broadcast(bytes)
            guard let slice else {
                kept += all
                continue
            }
            if kept.isEmpty { kept.reserveCapacity(tensor.count / row * 4 * slice.columns.count) }
            for start in stride(from: 0, to: all.count, by: row) {
                kept +=
                    all[
                        (start + 4 * slice.columns.lowerBound)..<(start + 4
                            * slice.columns.upperBound)]
            }
        } while done < tensor.count
        return isNeeded ? kept : nil
    }

    private static func floats(_ bytes: [UInt8]) -> [Float] {
        Tensor(elementType: .f32, shape: [bytes.count / 4], bytes: bytes).floats() ?? []
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
