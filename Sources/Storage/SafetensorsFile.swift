/// The contents of a safetensors file: named tensors, and pairs of strings about them.
///
/// Equal contents give equal bytes. The keys of the header are sorted by their bytes. The tensors
/// lie in the order of falling element width, then of names, so that each is aligned. Writing adds
/// checksums to the metadata, and reading verifies them and takes them away.
///
/// Source: the format's description at github.com/huggingface/safetensors.
public struct SafetensorsFile: Sendable, Equatable {
    /// Pairs of strings, without the checksums.
    public var metadata: [String: String]
    /// The tensors by name.
    public var tensors: [String: Tensor]

    /// Creates contents from their parts.
    public init(metadata: [String: String], tensors: [String: Tensor]) {
        self.metadata = metadata
        self.tensors = tensors
    }

    /// Reads a file and checks everything that can be checked.
    ///
    /// A file without checksums is valid: other programs write none.
    ///
    /// Throws `badFile` when any rule of the format is broken or any checksum does not match.
    public init(path: String) throws(StorageError) {
        let descriptor = try Descriptor.reading(path)
        let size = try descriptor.size(.badFile)
        try self.init(size: size, name: path) { count, offset throws(StorageError) in
            try descriptor.read(count, at: offset)
        }
    }

    /// Reads the bytes of a file, for instance those that another process has sent.
    ///
    /// Throws `badFile` in the name given, like ``init(path:)``.
    public init(bytes: [UInt8], name: String) throws(StorageError) {
        try self.init(size: bytes.count, name: name) { count, offset throws(StorageError) in
            try checkRoom(for: count, of: name)
            return Array(bytes[offset..<offset + count])
        }
    }

    private init(
        size: Int, name: String, read: (_ count: Int, _ offset: Int) throws(StorageError) -> [UInt8]
    ) throws(StorageError) {
        let text = try SafetensorsHeader.text(ofFile: size, name: name, read: read)
        let dataStart = 8 + text.count
        let header = try SafetensorsHeader(text, dataCount: size - dataStart, of: name)
        let checksums = try SafetensorsChecksums(header, of: name)
        metadata = header.metadata.filter { !SafetensorsChecksums.isKey($0.key) }
        tensors = [:]
        for entry in header.entries {
            let bytes = try read(entry.data.count, dataStart + entry.data.lowerBound)
            try checksums?.check(crc32(bytes), of: entry.name)
            tensors[entry.name] = Tensor(
                elementType: entry.elementType, shape: entry.shape, bytes: bytes)
        }
    }

    /// Writes the file atomically, or replaces it; the tensors are not copied.
    ///
    /// Throws `cannotWrite`.
    /// - Precondition: as for ``encoded()``.
    public func write(to path: String) throws(StorageError) {
        let (header, names) = layout()
        try AtomicFile.write(to: path) { writer throws(StorageError) in
            try writer.write(header)
            for name in names { try writer.write(tensors[name]!.bytes) }
        }
    }

    /// Returns the bytes of the file.
    ///
    /// - Precondition: there is a tensor; none is named `metadata` or `__metadata__`, and no key of
    ///   the metadata begins with `crc32.`, as these names belong to the checksums and the format.
    public func encoded() -> [UInt8] {
        let (header, names) = layout()
        var bytes = header
        bytes.reserveCapacity(header.count + tensors.values.reduce(0) { $0 + $1.bytes.count })
        for name in names { bytes += tensors[name]!.bytes }
        return bytes
    }

    /// Returns all that precedes the data, and the names of the tensors in the order of the data.
    private func layout() -> (header: [UInt8], names: [String]) {
        let layout = SafetensorsLayout(
            metadata: metadata,
            tensors.map { ($0.key, $0.value.elementType, $0.value.shape) })
        let header = layout.header(checksums: tensors.mapValues { crc32($0.bytes) })
        return (header, layout.entries.map(\.name))
    }
}

/// Where the tensors of a file that is written lie.
struct SafetensorsLayout {
    /// In the order of the data.
    let entries: [SafetensorsHeader.Entry]
    private let metadata: [String: String]

    /// - Precondition: As for ``SafetensorsFile/encoded()``.
    init(
        metadata: [String: String], _ tensors: [(String, Tensor.ElementType, [Int])]
    ) {
        // A file with at least one tensor has two checksums, and one damaged key cannot hide both.
        precondition(!tensors.isEmpty, "a safetensors file needs at least one tensor")
        precondition(
            !tensors.contains { ["metadata", "__metadata__"].contains($0.0) },
            "the tensor names metadata and __metadata__ are taken")
        precondition(
            !metadata.keys.contains(where: SafetensorsChecksums.isKey),
            "metadata keys that begin with crc32. are taken")
        self.metadata = metadata
        let sorted = tensors.sorted { a, b in
            let (widthA, widthB) = (a.1.bits, b.1.bits)
            return widthA != widthB ? widthA > widthB : a.0.utf8.lexicographicallyPrecedes(b.0.utf8)
        }
        var offset = 0
        entries = sorted.map { name, elementType, shape in
            let start = offset
            offset += elementType.byteCount(shape: shape) ?? 0
            return SafetensorsHeader.Entry(
                name: name, elementType: elementType, shape: shape, data: start..<offset)
        }
    }

    /// Returns all that precedes the data; its length does not depend on the checksums.
    ///
    /// - Parameter checksums: Of the bytes of each tensor, by its name.
    func header(checksums: [String: UInt32]) -> [UInt8] {
        let own = SafetensorsChecksums.metadata(
            of: metadata, entries.map { ($0.name, $0.elementType, $0.shape) },
            checksums: checksums)
        let text = SafetensorsHeader.text(
            metadata: metadata.merging(own) { old, _ in old }, entries)
        precondition(text.count <= SafetensorsHeader.longest, "\(text.count) bytes of header")
        return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
    }
}
