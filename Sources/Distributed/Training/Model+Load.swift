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
        let bytes = try world.together {
            world.rank == 0 ? try Storage.readBytes(of: path) : []
        }
        let shared = try world.broadcast(bytes)
        return try world.together { try Model(SafetensorsFile(bytes: shared, name: path), path) }
    }
}
