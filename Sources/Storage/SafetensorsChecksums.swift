/// The checksums that Storage adds to the metadata of a safetensors file.
///
/// For each tensor, `crc32.NAME` is the CRC-32 of its bytes; `crc32.metadata` is that of a text that
/// holds the rest: `[METADATA,TENSORS]` in UTF-8, where METADATA is the object of all other metadata
/// and TENSORS maps each name to `[DTYPE,SHAPE]`, in the JSON that Python writes with
///
///     json.dumps([metadata, tensors], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
///
/// Each checksum is eight lower-case hexadecimal digits. Offsets need no checksum: type and shape
/// give the lengths, and the format allows neither holes nor overlap.
struct SafetensorsChecksums {
    private static let prefix = "crc32."
    private static let metadataKey = prefix + "metadata"

    private let expected: [String: String]
    private let path: String
    private let header: SafetensorsHeader

    /// Whether a key of the metadata holds a checksum.
    static func isKey(_ key: String) -> Bool {
        key.utf8.starts(with: prefix.utf8)
    }

    /// Returns the pairs of metadata for the contents of a file.
    ///
    /// - Parameter checksums: Of the bytes of each tensor, by its name.
    static func metadata(
        of metadata: [String: String],
        _ tensors: [(String, Tensor.ElementType, [Int])], checksums: [String: UInt32]
    ) -> [String: String] {
        var result = [metadataKey: rest(metadata: metadata, tensors: tensors)]
        for (name, _, _) in tensors {
            result[prefix + name] = Checksum.text(checksums[name] ?? 0)
        }
        return result
    }

    /// Takes the checksums of a file, and checks that they are complete and fit the header.
    ///
    /// Nil if the file has none. A file that has one checksum must have all of them.
    ///
    /// Throws `badFile`.
    init?(_ header: SafetensorsHeader, of path: String) throws(StorageError) {
        expected = header.metadata.filter { Self.isKey($0.key) }
        self.path = path
        self.header = header
        if expected.isEmpty { return nil }

        let keys = Set(header.entries.map { Self.prefix + $0.name }).union([Self.metadataKey])
        guard keys == Set(expected.keys) else {
            let odd = keys.symmetricDifference(expected.keys).sorted().joined(separator: ", ")
            throw StorageError(
                .badFile, path,
                "its checksums do not fit its tensors: \(odd) is missing, or does not belong there."
                    + " " + Self.reason(header))
        }
        let found = Self.rest(
            metadata: header.metadata.filter { !Self.isKey($0.key) },
            tensors: header.entries.map { ($0.name, $0.elementType, $0.shape) })
        // Another spelling of the same text is damage too, even if only one bit differs.
        guard found == expected[Self.metadataKey], !header.hasUpperCaseEscape else {
            throw Self.mismatch("header", found, expected[Self.metadataKey]!, path, header)
        }
    }

    /// Checks the CRC-32 of a tensor's bytes.
    ///
    /// Throws `badFile`.
    func check(_ checksum: UInt32, of name: String) throws(StorageError) {
        let found = Checksum.text(checksum)
        let expected = expected[Self.prefix + name]!
        guard found == expected else {
            throw Self.mismatch("tensor '\(name)'", found, expected, path, header)
        }
    }

    private static func rest(
        metadata: [String: String], tensors: [(String, Tensor.ElementType, [Int])]
    ) -> String {
        var types: [String: String] = [:]
        for (name, elementType, shape) in tensors {
            types[name] = JSONWriter.array([
                JSONWriter.string(elementType.rawValue),
                JSONWriter.array(shape.map(String.init)),
            ])
        }
        let text = JSONWriter.array([
            JSONWriter.object(metadata.mapValues(JSONWriter.string)), JSONWriter.object(types),
        ])
        return Checksum.text(crc32(Array(text.utf8)))
    }

    private static func mismatch(
        _ part: String, _ found: String, _ expected: String, _ path: String,
        _ header: SafetensorsHeader
    ) -> StorageError {
        StorageError(
            .badFile, path,
            "its \(part) has checksum \(found); expected \(expected). " + reason(header))
    }

    /// Says what makes checksums wrong, and what to do.
    private static func reason(_ header: SafetensorsHeader) -> String {
        guard !header.isSpelledByWilson else {
            return "The file is damaged; use another copy or the one before it."
        }
        return "Another program wrote this file and kept the checksums of the one before. If its "
            + "changes are wanted, save it without the metadata whose names begin with `\(prefix)`, as "
            + "docs/python.md shows; otherwise use another copy."
    }
}
