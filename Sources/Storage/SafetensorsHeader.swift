/// The header of a safetensors file, checked against every rule of the format.
struct SafetensorsHeader {
    /// A tensor without its bytes; `data` counts from the end of the header.
    struct Entry {
        let name: String
        let elementType: Tensor.ElementType
        let shape: [Int]
        let data: Range<Int>
    }

    /// The format's own limit, in bytes.
    static let longest = 100_000_000

    let metadata: [String: String]
    /// The tensors in the order of their bytes in the file.
    let entries: [Entry]
    /// See ``JSONReader/hasUpperCaseEscape``.
    let hasUpperCaseEscape: Bool
    private let text: [UInt8]

    /// Finds the text of the header in a file of so many bytes, after the eight bytes of its length.
    ///
    /// Throws `badFile`.
    static func text(
        ofFile size: Int, name: String,
        read: (_ count: Int, _ offset: Int) throws(StorageError) -> [UInt8]
    ) throws(StorageError) -> [UInt8] {
        guard size >= 8 else {
            throw StorageError(
                .badFile, name,
                "has \(size) bytes; a safetensors file has more. Copy or download it again.")
        }
        let length = try read(8, 0).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        guard length <= longest, length <= size - 8 else {
            throw StorageError(
                .badFile, name,
                "claims a header of \(length) bytes in a file of \(size); expected at most"
                    + " \(min(longest, size - 8))."
                    + " It is no safetensors file, or it is cut off.")
        }
        return try read(Int(length), 8)
    }

    /// Reads the text of a header; `dataCount` bytes follow it in the file.
    ///
    /// Throws `badFile`.
    init(_ text: [UInt8], dataCount: Int, of path: String) throws(StorageError) {
        guard text.first == UInt8(ascii: "{") else {
            throw Self.bad(path, "its header does not begin with '{'; expected a JSON object.")
        }
        var reader = JSONReader(text)
        var metadata: [String: String] = [:]
        var fields: [String: Fields] = [:]
        do throws(JSONReader.Failure) {
            try reader.object { (reader, name) throws(JSONReader.Failure) in
                if name == "__metadata__" {
                    try reader.object { (reader, key) throws(JSONReader.Failure) in
                        metadata[key] = try reader.string()
                    }
                } else {
                    fields[name] = try Fields(&reader)
                }
            }
            try reader.end()
        } catch {
            throw Self.bad(
                path, "its header should have \(error.expected) at byte \(error.offset).")
        }
        self.metadata = metadata
        self.text = text
        hasUpperCaseEscape = reader.hasUpperCaseEscape

        var entries: [Entry] = []
        for (name, fields) in fields {
            entries.append(try Self.entry(name, fields, of: path))
        }
        entries.sort {
            ($0.data.lowerBound, $0.data.upperBound) < ($1.data.lowerBound, $1.data.upperBound)
        }
        try Self.checkPlaces(entries, dataCount: dataCount, of: path)
        self.entries = entries
    }

    /// Whether the header is spelled as Wilson spells it.
    ///
    /// A damaged file nearly always is, and one that another program has written is not.
    var isSpelledByWilson: Bool { text == Self.text(metadata: metadata, entries) }

    /// Returns the text of a header, padded to a multiple of 8 bytes.
    static func text(metadata: [String: String], _ entries: [Entry]) -> [UInt8] {
        var members = ["__metadata__": JSONWriter.object(metadata.mapValues(JSONWriter.string))]
        for entry in entries {
            let (start, end) = (entry.data.lowerBound, entry.data.upperBound)
            members[entry.name] = JSONWriter.object([
                "data_offsets": JSONWriter.array([String(start), String(end)]),
                "dtype": JSONWriter.string(entry.elementType.rawValue),
                "shape": JSONWriter.array(entry.shape.map(String.init)),
            ])
        }
        var text = Array(JSONWriter.object(members).utf8)
        text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        return text
    }

    /// What the header says about one tensor.
    private struct Fields {
        var type: String?
        var shape: [Int]?
        var offsets: [Int]?

        init(_ reader: inout JSONReader) throws(JSONReader.Failure) {
            var type: String?
            var shape: [Int]?
            var offsets: [Int]?
            try reader.object { (reader, key) throws(JSONReader.Failure) in
                switch key {
                case "dtype": type = try reader.string()
                case "shape": shape = try reader.numbers()
                case "data_offsets": offsets = try reader.numbers()
                default: throw reader.failure("a value of dtype, shape or data_offsets")
                }
            }
            (self.type, self.shape, self.offsets) = (type, shape, offsets)
        }
    }

    private static func entry(
        _ name: String, _ fields: Fields, of path: String
    ) throws(StorageError) -> Entry {
        guard let type = fields.type, let shape = fields.shape, let offsets = fields.offsets else {
            throw bad(path, "tensor '\(name)' lacks one of dtype, shape and data_offsets.")
        }
        guard let elementType = Tensor.ElementType(rawValue: type) else {
            let known = Tensor.ElementType.allCases.map(\.rawValue).joined(separator: ", ")
            throw bad(path, "tensor '\(name)' has dtype '\(type)'; expected one of \(known).")
        }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw bad(
                path,
                "tensor '\(name)' has data_offsets \(offsets); expected a beginning and an"
                    + " end.")
        }
        let data = offsets[0]..<offsets[1]
        guard let needed = elementType.byteCount(shape: shape) else {
            throw bad(
                path,
                "tensor '\(name)' of \(type) and shape \(shape) does not have a countable"
                    + " number of whole bytes.")
        }
        guard needed == data.count else {
            throw bad(
                path,
                "tensor '\(name)' has \(data.count) bytes; its dtype \(type) and shape"
                    + " \(shape) need \(needed).")
        }
        return Entry(name: name, elementType: elementType, shape: shape, data: data)
    }

    /// Checks that the tensors fill the rest of the file, without holes and without overlap.
    private static func checkPlaces(
        _ entries: [Entry], dataCount: Int, of path: String
    ) throws(StorageError) {
        var end = 0
        for entry in entries {
            guard entry.data.lowerBound == end else {
                throw bad(
                    path,
                    "tensor '\(entry.name)' begins at byte \(entry.data.lowerBound) of the"
                        + " data; expected \(end), where the one before it ends.")
            }
            end = entry.data.upperBound
        }
        guard end == dataCount else {
            throw bad(path, "its tensors need \(end) bytes of data; \(dataCount) are there.")
        }
    }

    private static func bad(_ path: String, _ problem: String) -> StorageError {
        StorageError(
            .badFile, path,
            "is no valid safetensors file: \(problem) Copy, download or write it again.")
    }
}
