public import ModelFiles
public import Ranks
import RBMCore
import Storage

extension DividedModel {
    /// Collective.
    ///
    /// Writes the file of the model on rank 0, through which the rows of divided layers pass block by block.
    ///
    /// - Throws: The same failure on all ranks.
    public func write(to path: String, _ world: borrowing Communicator) throws {
        guard machines.allSatisfy({ $0.group == nil }) else {
            return try DividedFile(self).write(to: path, world)
        }
        try world.together { if world.rank == 0 { try file().write(to: path) } }
    }
}

/// A file of which the ranks of a row hold the hidden columns of large tensors.
struct DividedFile {
    /// All but the tensors that come in pieces.
    private(set) var held: SafetensorsFile
    /// The tensors that come in pieces, by their names.
    private var divided: [String: Matrix] = [:]
    /// The ranks that hold the other columns, of some layer.
    private let row: GridRow

    /// A matrix of which this rank has its columns.
    private struct Matrix {
        /// The ranks that hold the other columns.
        let row: GridRow
        var values: ArraySlice<Float>
        /// Of all columns.
        let shape: [Int]
    }

    /// Some rows of a matrix, which pass in one message.
    struct Block {
        let name: String
        let rows: Range<Int>
    }

    /// Takes a model of which ranks divide a layer.
    init(_ model: any LayeredModel) {
        held = model.file()
        let rows = model.machines.compactMap { $0.group as? GridRow }
        precondition(!rows.isEmpty, "a model of which each rank has the whole")
        row = rows[0]
        for (name, (layer, shape)) in model.dividedWeights {
            guard let row = layer.group as? GridRow else { continue }
            let own = layer.own.parameters
            divided[name] = Matrix(
                row: row, values: own.values[..<own.weightCount], shape: shape)
        }
    }

    /// Collective.
    ///
    /// Adds what a training remembers.
    ///
    /// - Parameters:
    ///   - state: With the hidden columns of this rank.
    ///   - row: Of the layer in training.
    mutating func add(_ state: StateTree, of row: GridRow) {
        // All ranks of the row in one order.
        for name in state.hiddenTensors.keys.sorted() {
            guard case .floats(let values, let shape)? = state.tensors[name] else {
                preconditionFailure("\(name) has hidden columns of bytes")
            }
            let whole = Array(shape.dropLast()) + [row.slice.total]
            if shape.count == 1 {
                held.tensors[state.prefix + name] = Tensor(
                    floats: row.join(values, rows: 1), shape: whole)
            } else {
                divided[state.prefix + name] = Matrix(
                    row: row, values: values, shape: whole)
            }
        }
        held.set(state, except: Set(state.hiddenTensors.keys))
    }

    /// Copies what the training of a layer changes.
    ///
    /// - Parameter prefix: What the names of the layer's tensors begin with.
    mutating func copy(_ prefix: String, into memory: inout SnapshotMemory) {
        let names = divided.keys.filter { $0.hasPrefix(prefix) }.sorted()
        for (number, name) in names.enumerated() {
            guard let values = divided[name]?.values else { continue }
            divided[name]?.values = memory.copy(values, number)[...]
        }
    }

    /// The ranks through which the rows pass; nil where this one is not among them.
    ///
    /// All rows of the grid have the same parameters, and the first one has rank 0.
    var passing: GridRow? { row.isFirst ? row : nil }

    /// The shapes of the tensors that come in pieces.
    var shapes: [String: [Int]] { divided.mapValues(\.shape) }

    /// The pieces, in the order of the file.
    var blocks: [Block] {
        let names = divided.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return names.flatMap { name in
            let shape = divided[name]?.shape ?? []
            let most = HiddenSlice.rowsOfBlock(total: shape[1])
            return stride(from: 0, to: shape[0], by: most).map {
                Block(name: name, rows: $0..<min($0 + most, shape[0]))
            }
        }
    }

    /// Collective for the ranks of the first row.
    ///
    /// Returns the bytes of a block on rank 0; nil on the others.
    func gather(_ block: Block) throws(MPIError) -> [UInt8]? {
        guard let matrix = divided[block.name] else { return nil }
        return try matrix.row.gather(block.rows, of: matrix.values)
    }

    /// Collective.
    ///
    /// Writes the file on rank 0.
    ///
    /// - Throws: The same failure on all ranks.
    func write(to path: String, _ world: borrowing Communicator) throws {
        var writer: SafetensorsWriter?
        var outcome = Result<Void, any Error>.success(())
        if world.rank == 0 {
            do {
                writer = try SafetensorsWriter(held, inPieces: shapes, to: path)
            } catch {
                outcome = .failure(error)
            }
        }
        if passing != nil {
            for block in blocks {
                // The other ranks send their rows also where the file could not be begun.
                if let bytes = try gather(block) { writer?.write(bytes) }
            }
        }
        do { try writer.take()?.finish() } catch { outcome = .failure(error) }
        try world.together { try outcome.get() }
    }
}
