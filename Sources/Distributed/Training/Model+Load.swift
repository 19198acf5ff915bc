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
    /// A rank holds the bytes of the file once more while it takes the tensors out of them. A file that
    /// cannot be read counts for nothing: who reads it says what is wrong.
    ///
    /// - Parameters:
    ///   - path: Of rank 0; nil for no file.
    ///   - name: What the file is, in words for people.
    /// - Throws: The same failure on all ranks.
    public borrowing func checkMemory(
        forModel path: String?, named name: String = "the model"
    ) throws {
        var sizes = [Int64(0)]
        if rank == 0, let path { sizes[0] = Int64((try? fileSize(of: path)) ?? 0) }
        try sum(&sizes)
        var need = MemoryNeed()
        need.add(name, 2 * Double(sizes[0]))
        try checkMemory(need, in: .now, remedy: modelRemedy)
    }
}
