public import ModelFiles
public import Ranks
import RBMCore
import Storage

extension ModelColumns {
    /// Collective.
    ///
    /// Reads a model or a checkpoint on rank 0, in pieces, of which each rank keeps its hidden columns.
    ///
    /// - Parameters:
    ///   - keepsState: Whether all tensors are kept, and not those of the model alone.
    ///   - slice: Returns the columns of a layer that this rank keeps, nil for all; is asked once for each
    ///     layer, the lowest first.
    /// - Throws: The same failure on all ranks.
    static func read(
        _ path: String, keepsState: Bool, _ world: borrowing Communicator,
        slice: (ModelOutline.Layer) throws -> HiddenSlice?
    ) throws -> (columns: ModelColumns, outline: ModelOutline) {
        var reader: SafetensorsReader?
        try world.together { if world.rank == 0 { reader = try SafetensorsReader(path) } }
        let text = try world.broadcast(reader?.headerText ?? [])
        var size = [Int64(reader?.dataCount ?? 0)]
        try world.sum(&size)
        let outline = try world.together {
            try SafetensorsOutline(header: text, dataCount: Int(size[0]), name: path)
        }
        let model = ModelOutline(outline)
        let slices = try model.layers.map(slice)
        try world.checkMemory(
            need(of: outline, model, slices, keepsState: keepsState), in: .now, remedy: modelRemedy)
        var columns = ModelColumns(
            metadata: outline.metadata, names: Set(outline.tensors.map(\.name)))
        for tensor in outline.tensors {
            let slice = model.layer(ofColumnsIn: tensor).flatMap { slices[$0] }
            let values = try bytes(
                of: tensor, keeping: slice, isNeeded: keepsState || model.isNeeded(tensor.name),
                &reader, world)
            guard let values else { continue }
            guard let slice else {
                columns.file.tensors[tensor.name] = Tensor(
                    elementType: tensor.elementType, shape: tensor.shape, bytes: values)
                continue
            }
            columns.cut.insert(tensor.name)
            let shape = Array(tensor.shape.dropLast()) + [slice.columns.count]
            let cut = Tensor(elementType: .f32, shape: shape, bytes: values)
            if shape.count == 2 {
                columns.weights[tensor.name] = (cut.floats() ?? [], shape)
            } else {
                columns.file.tensors[tensor.name] = cut
            }
        }
        return (columns, model)
    }

    /// Returns the memory that this rank needs at least: of each tensor its columns, and those of the model
    /// once more, as parameters.
    private static func need(
        of outline: SafetensorsOutline, _ model: ModelOutline, _ slices: [HiddenSlice?],
        keepsState: Bool
    ) -> MemoryNeed {
        var bytes = 0.0
        for tensor in outline.tensors {
            let isOfModel = model.isNeeded(tensor.name)
            let slice = model.layer(ofColumnsIn: tensor).flatMap { slices[$0] }
            let share = slice.map { Double($0.columns.count) / Double($0.total) } ?? 1
            let copies = (isOfModel || keepsState ? 1.0 : 0) + (isOfModel ? 1 : 0)
            bytes += copies * share * Double(tensor.count)
        }
        var need = MemoryNeed()
        need.add(keepsState ? "the checkpoint" : "the model", bytes)
        return need
    }

    /// Collective.
    ///
    /// Reads a tensor in pieces, and returns the bytes that this rank keeps; nil for none.
    ///
    /// - Parameters:
    ///   - slice: The columns of this rank; nil for all.
    ///   - isNeeded: Whether some are kept at all; else rank 0 verifies their checksum.
    private static func bytes(
        of tensor: SafetensorsOutline.Entry, keeping slice: HiddenSlice?, isNeeded: Bool,
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
}

extension Checkpoint {
    /// Collective.
    ///
    /// Reads a checkpoint on rank 0, in pieces, of which each rank keeps its hidden columns of all layers.
    ///
    /// - Parameter hiddenRanks: How many ranks of a row divide the hidden columns.
    /// - Throws: The same failure on all ranks.
    public static func load(
        _ path: String, hiddenRanks: Int, _ world: borrowing Communicator
    ) throws -> Checkpoint {
        var slices: [HiddenSlice] = []
        let (columns, _) = try ModelColumns.read(path, keepsState: true, world) { layer in
            slices.append(layer.slice(ofRank: world.rank, hiddenRanks: hiddenRanks))
            return slices.last
        }
        return try world.together { try Checkpoint(columns, path, slices: slices) }
    }
}

extension ModelSlices {
    /// Collective.
    ///
    /// Reads a model on rank 0, in pieces, of which each rank keeps its hidden columns of all layers.
    ///
    /// - Parameter hiddenRanks: How many ranks of a row divide the hidden columns.
    /// - Returns: The columns, and the hidden columns of all ranks for each layer.
    /// - Throws: The same failure on all ranks.
    public static func load(
        _ path: String, hiddenRanks: Int, _ world: borrowing Communicator
    ) throws -> (model: ModelSlices, hidden: [Int]) {
        let (columns, outline) = try ModelColumns.read(path, keepsState: false, world) { layer in
            layer.slice(ofRank: world.rank, hiddenRanks: hiddenRanks)
        }
        let hidden = outline.layers.map(\.hidden)
        return (try world.together { try ModelSlices(columns, path, hidden: hidden) }, hidden)
    }
}

extension ModelOutline.Layer {
    /// The hidden columns of a rank, as a training on a grid divides them.
    fileprivate func slice(ofRank rank: Int, hiddenRanks: Int) -> HiddenSlice {
        let parts = HiddenSlice.parts(of: hidden, among: hiddenRanks, unit: hiddenUnit)
        return HiddenSlice(parts[rank % hiddenRanks], of: hidden)
    }
}
