public import Reports
public import Storage

/// What a file of Wilson's holds; what is unknown has no key in JSON.
public enum Inspection: Report, Sendable {
    /// A model or a checkpoint.
    case model(ModelInspection)
    /// Cases.
    case data(DataInspection)

    /// Reads all of a file; its content tells what it is.
    ///
    /// Throws `badFile`.
    public init(path: String) throws(StorageError) {
        if Self.isModel(path) {
            self = .model(try ModelInspection(path: path))
        } else {
            self = .data(try DataInspection(path: path))
        }
    }

    public var table: Table {
        switch self {
        case .model(let model): model.table
        case .data(let data): data.table
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .model(let model): try model.encode(to: encoder)
        case .data(let data): try data.encode(to: encoder)
        }
    }

    /// Whether a file begins as safetensors do: with a length in eight bytes, and an object.
    ///
    /// The name decides where the file is missing or shorter; its reader then says what is wrong.
    private static func isModel(_ path: String) -> Bool {
        guard let start = try? readBytes(of: path, atMost: 9), start.count == 9
        else { return path.hasSuffix(".safetensors") }
        // Headers are shorter than 2³² bytes. An IDX file has the number of its cases there.
        let isLength = start[4..<8].allSatisfy { $0 == 0 }
        return isLength && start[8] == UInt8(ascii: "{") || path.hasSuffix(".safetensors")
    }
}
