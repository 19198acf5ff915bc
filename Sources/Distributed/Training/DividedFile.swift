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
    private var held: SafetensorsFile
    /// The tensors that come in pieces, by their names.
    private var divided: [String: Matrix] = [:]
    /// Whether this rank is of the row of rank 0; all rows have the same parameters.
    private let isOfFirstRow: Bool

    /// A matrix of which this rank has its columns.
    private struct Matrix {
        /// The ranks that hold the other columns.
        let row: GridRow
        let values: ArraySlice<Float>
        /// Of all columns.
        let shape: [Int]
    }

    /// Takes a model of which ranks divide a layer.
    init(_ model: any LayeredModel) {
        held = model.file()
        let rows = model.machines.compactMap { $0.group as? GridRow }
        precondition(!rows.isEmpty, "a model of which each rank has the whole")
        isOfFirstRow = rows[0].isFirst
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

    /// Collective.
    ///
    /// Writes the file on rank 0.
    ///
    /// - Throws: The same failure on all ranks.
    func write(to path: String, _ world: borrowing Communicator) throws {
        var outcome = Result<Void, any Error>.success(())
        try stream(on: world.rank == 0, to: { path }, ended: { outcome = $0 })
        try world.together { try outcome.get() }
    }

    /// Collective for the ranks of the first row.
    ///
    /// Sends the rows to rank 0, which writes the file.
    ///
    /// - Parameters:
    ///   - isWriter: Whether this is rank 0.
    ///   - path: Returns where the file goes, on rank 0.
    ///   - ended: Is told on rank 0 how it ended.
    func stream(
        on isWriter: Bool, to path: () throws -> String, ended: (Result<Void, any Error>) -> Void
    ) throws(MPIError) {
        guard isOfFirstRow else { return }
        var writer: SafetensorsWriter?
        var failure: (any Error)?
        if isWriter {
            do {
                writer = try SafetensorsWriter(
                    held, inPieces: divided.mapValues(\.shape), to: try path())
            } catch {
                failure = error
            }
        }
        let names = divided.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for name in names {
            guard let matrix = divided[name] else { continue }
            // The other ranks send their rows also where the file could not be begun.
            try matrix.row.forEachGatheredBlock(of: matrix.values, rows: matrix.shape[0]) {
                writer?.write($0)
            }
        }
        guard isWriter else { return }
        do {
            try writer.take()?.finish()
        } catch {
            failure = error
        }
        ended(failure.map { .failure($0) } ?? .success(()))
    }
}
