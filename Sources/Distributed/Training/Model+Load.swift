public import ModelFiles
public import Ranks
import Storage

extension Model {
    /// Collective.
    ///
    /// Reads a model on rank 0, for all ranks.
    ///
    /// - Throws: The same failure on all ranks.
    public static func load(_ path: String, _ world: borrowing Communicator) throws -> Model {
        try world.checkMemory(forModel: path)
        let bytes = try world.together {
            world.rank == 0 ? try Storage.readBytes(of: path) : []
        }
        let shared = try world.broadcast(bytes)
        return try world.together { try Model(SafetensorsFile(bytes: shared, name: path), path) }
    }
}

/// What to do where a model does not fit into the memory.
let modelRemedy =
    "Take fewer ranks on a host, ranks that divide the hidden units (--grid 1x4) where the command has a "
    + "grid, or a host with more memory"

extension Communicator {
    /// Collective.
    ///
    /// Fails where the ranks cannot hold a model or a checkpoint, before it is read.
    ///
    /// A rank holds the bytes of the file once more while it takes the tensors out of them.
    ///
    /// - Throws: The same failure on all ranks.
    public borrowing func checkMemory(forModel path: String) throws {
        let size = try together { rank == 0 ? try fileSize(of: path) : 0 }
        var sizes = [Int64(size)]
        try sum(&sizes)
        var need = MemoryNeed()
        need.add("the model", 2 * Double(sizes[0]))
        try checkMemory(need, in: .now, remedy: modelRemedy)
    }
}
