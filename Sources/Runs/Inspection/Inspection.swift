public import Storage
import Foundation

/// What a file of Wilson's holds, for `wilson inspect`.
public enum Inspection: Sendable {
    /// A model or a checkpoint.
    case model(ModelInspection)
    /// Cases.
    case data(DataInspection)

    /// Reads a file and looks at all of it; what it is follows from its content.
    ///
    /// Throws `badFile`.
    public init(path: String) throws(StorageError) {
        if Self.isModel(path) {
            self = .model(try ModelInspection(path: path))
        } else {
            self = .data(try DataInspection(path: path))
        }
    }

    /// One object on one line, keys sorted; what is unknown is left out.
    public var json: String {
        switch self {
        case .model(let model): jsonText(model)
        case .data(let data): jsonText(data)
        }
    }

    /// Aligned lines for people.
    public var text: String {
        switch self {
        case .model(let model): model.text
        case .data(let data): data.text
        }
    }

    /// Whether a file is to be read as safetensors: eight bytes of a length, and an object.
    ///
    /// A file that is not there, or is cut off that early, goes by its name: the reader says the rest.
    private static func isModel(_ path: String) -> Bool {
        guard Folder.isFile(path), let file = FileHandle(forReadingAtPath: path),
            let start = try? file.read(upToCount: 9), start.count == 9
        else { return path.hasSuffix(".safetensors") }
        // Headers are shorter than 2³² bytes. An IDX file has the number of its cases there.
        let isLength = start[4..<8].allSatisfy { $0 == 0 }
        return isLength && start[8] == UInt8(ascii: "{") || path.hasSuffix(".safetensors")
    }
}

/// A value as JSON on one line.
private func jsonText(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Only finite numbers and strings are in it: there is nothing that could not be encoded.
    guard let data = try? encoder.encode(value) else { preconditionFailure("\(value)") }
    return String(decoding: data, as: UTF8.self)
}
