/// What a safetensors file says of its contents: all but the tensors' bytes.
public struct SafetensorsOutline: Sendable {
    /// A tensor without its bytes.
    public struct Entry: Sendable {
        public let name: String
        public let elementType: Tensor.ElementType
        /// The dimensions, slowest first.
        public let shape: [Int]
        /// How many bytes the tensor has.
        public let count: Int
    }

    /// Pairs of strings, without the checksums.
    public let metadata: [String: String]

    /// The tensors in the order of their bytes.
    public let tensors: [Entry]

    /// Takes the outline from the text of a header, for instance one that another process has sent.
    ///
    /// Throws `badFile` in the name given.
    /// - Parameter dataCount: How many bytes follow the header in the file.
    public init(header text: [UInt8], dataCount: Int, name: String) throws(StorageError) {
        self.init(try SafetensorsHeader(text, dataCount: dataCount, of: name))
    }

    fileprivate init(_ header: SafetensorsHeader) {
        metadata = header.metadata.filter { !SafetensorsChecksums.isKey($0.key) }
        tensors = header.entries.map {
            Entry(
                name: $0.name, elementType: $0.elementType, shape: $0.shape, count: $0.data.count)
        }
    }
}

/// A safetensors file that is read piece by piece, so that nobody needs room for a whole tensor.
///
/// All bytes are read once, in their order, and each tensor's checksum is verified with its last piece.
public struct SafetensorsReader: ~Copyable {
    /// The text of the header, from which another process takes the outline.
    public let headerText: [UInt8]
    /// How many bytes follow the header.
    public let dataCount: Int
    public let outline: SafetensorsOutline

    private let descriptor: Descriptor
    private let header: SafetensorsHeader
    private let checksums: SafetensorsChecksums?
    private let start: Int
    /// The tensor whose bytes come next.
    private var tensor = 0
    /// How many of its bytes were read, and their checksum.
    private var done = 0
    private var checksum = Checksum()

    /// Opens a file and checks its header.
    ///
    /// Throws `badFile`.
    public init(_ path: String) throws(StorageError) {
        let descriptor = try Descriptor.reading(path)
        let size = try descriptor.size(.badFile)
        let text = try SafetensorsHeader.text(ofFile: size, name: path) {
            count, offset throws(StorageError) in try descriptor.read(count, at: offset)
        }
        let start = 8 + text.count
        let header = try SafetensorsHeader(text, dataCount: size - start, of: path)
        let checksums = try SafetensorsChecksums(header, of: path)
        self.descriptor = descriptor
        headerText = text
        self.start = start
        dataCount = size - start
        self.header = header
        self.checksums = checksums
        outline = SafetensorsOutline(header)
    }

    /// Reads the next bytes of the tensor that is read now, or the first ones of the next tensor.
    ///
    /// Throws `badFile`.
    /// - Precondition: The tensor has as many bytes left.
    public mutating func read(_ count: Int) throws(StorageError) -> [UInt8] {
        let entry = header.entries[tensor]
        precondition(
            done + count <= entry.data.count, "\(count) bytes after \(done) of \(entry.data.count)")
        let bytes = try descriptor.read(count, at: start + entry.data.lowerBound + done)
        done += count
        unsafe checksum.update(bytes.span.bytes)
        if done == entry.data.count {
            try checksums?.check(checksum.value, of: entry.name)
            (tensor, done, checksum) = (tensor + 1, 0, Checksum())
        }
        return bytes
    }
}
