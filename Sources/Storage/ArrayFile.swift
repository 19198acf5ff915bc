/// A data set on disk: the cases of an IDX or NPY file, recognized by content and not by name.
///
/// Both formats may be compressed by gzip. A plain file is mapped: opening it reads only the
/// header, ranks of one host share its pages, and nobody may shorten it while it is open. A
/// compressed file is decompressed into memory at once. Case i is row i of the slowest dimension.
public final class ArrayFile: Sendable {
    /// What the file stores for each element.
    public enum ElementType: String, Sendable {
        case bool, uint8, int8, float32, float64
    }

    /// How the file stores it.
    public enum Format: String, Sendable {
        case idx, npy
    }

    /// The file's name.
    public let path: String
    /// How the file stores its elements.
    public let format: Format
    /// What the file stores for each element.
    public let elementType: ElementType
    /// All dimensions, slowest first: [cases, shape of a case…].
    public let shape: [Int]

    private let isBigEndian: Bool
    private let offset: Int
    private let bytes: Region

    /// The number of cases, which may be zero.
    public var cases: Int { shape[0] }
    /// The dimensions of one case, slowest first; empty if a case is a single number.
    public var caseShape: [Int] { Array(shape.dropFirst()) }
    /// The number of elements in one case, at least one.
    public let caseElements: Int

    /// Opens a file and checks that it holds exactly what its header promises.
    ///
    /// The elements themselves are not looked at, except that gzip's checksum is verified.
    ///
    /// Throws `badFile`.
    public init(path: String) throws(StorageError) {
        let descriptor = try Descriptor.reading(path)
        let size = try descriptor.status(.badFile).size
        guard size > 0 else {
            throw StorageError(
                .badFile, path, "is empty; expected IDX, gzip-compressed IDX, or NPY.")
        }
        let file = try Region(mapping: descriptor, count: size)
        let isCompressed = file.withBytes(0..<size) { Inflater.recognizes($0) }
        let header: ArrayHeader
        if isCompressed {
            (header, bytes) = try Self.inflate(file, path: path)
        } else {
            let prefix = file.withBytes(0..<min(size, ArrayHeader.longest)) { Array($0) }
            header = try ArrayHeader(prefix, of: path)
            guard size == header.fileBytes else {
                throw Self.mismatch(header, found: "\(size)", path: path)
            }
            bytes = file
        }
        self.path = path
        format = header.format
        elementType = header.elementType
        shape = header.shape
        isBigEndian = header.isBigEndian
        offset = header.offset
        caseElements = header.shape.dropFirst().reduce(1, *)
    }

    /// Copies the elements of a case as they are stored, row-major.
    ///
    /// - Precondition: elements are one byte wide, `index` is a case, and `bytes` holds exactly one.
    public func copyBytes(case index: Int, into bytes: inout MutableSpan<UInt8>) {
        precondition(elementType.width == 1, "\(elementType.rawValue) elements are not bytes")
        checkPlace(index, bytes.count)
        self.bytes.withBytes(range(index)) { source in
            var destination = unsafe bytes.mutableBytes
            copy(source, into: &destination)
        }
    }

    /// Copies the elements of a case as numbers, row-major; `true` is 1.
    ///
    /// A float64 is rounded to the nearest float32, beyond its range to infinity.
    ///
    /// - Precondition: `index` is a case, and `floats` holds exactly one.
    public func copyFloats(case index: Int, into floats: inout MutableSpan<Float>) {
        checkPlace(index, floats.count)
        bytes.withBytes(range(index)) { source in
            switch elementType {
            case .bool: source.convert(UInt8.self, &floats) { $0 == 0 ? 0 : 1 }
            case .uint8: source.convert(UInt8.self, &floats) { Float($0) }
            case .int8: source.convert(Int8.self, &floats) { Float($0) }
            case .float32:
                if isBigEndian {
                    source.convert(UInt32.self, &floats) { Float(bitPattern: $0.byteSwapped) }
                } else {
                    source.convert(UInt32.self, &floats) { Float(bitPattern: $0) }
                }
            case .float64:
                if isBigEndian {
                    source.convert(UInt64.self, &floats) {
                        Float(Double(bitPattern: $0.byteSwapped))
                    }
                } else {
                    source.convert(UInt64.self, &floats) { Float(Double(bitPattern: $0)) }
                }
            }
        }
    }

    private func checkPlace(_ index: Int, _ count: Int) {
        precondition(index >= 0 && index < cases, "case \(index) of \(cases)")
        precondition(count == caseElements, "\(count) places for a case of \(caseElements)")
    }

    private func range(_ index: Int) -> Range<Int> {
        let count = caseElements * elementType.width
        let start = offset + index * count
        return start..<start + count
    }

    /// Decompresses a file, but never more of it than its header promises.
    private static func inflate(
        _ file: Region, path: String
    ) throws(StorageError) -> (ArrayHeader, Region) {
        var inflater = Inflater(file, path: path)
        let prefix = try Region(zeros: ArrayHeader.longest, for: path)
        let prefixCount = try prefix.withMutableBytes(0..<prefix.count) {
            bytes throws(StorageError) in try inflater.read(into: &bytes)
        }
        let header = try ArrayHeader(
            prefix.withBytes(0..<prefixCount) { Array($0) }, of: path)

        let promised = header.fileBytes
        guard prefixCount <= promised else {
            throw mismatch(header, found: "at least \(prefixCount)", path: path)
        }
        // Before memory is reserved: could so few bytes become so many?
        guard promised / Inflater.greatestRatio <= file.count else {
            throw mismatch(
                header, found: "at most \(Inflater.greatestRatio * (file.count + 1))", path: path)
        }
        let bytes = try Region(zeros: promised, for: path)
        var found = prefixCount
        prefix.withBytes(0..<prefixCount) { source in
            bytes.withMutableBytes(0..<prefixCount) { copy(source, into: &$0) }
        }
        found += try bytes.withMutableBytes(found..<promised) {
            bytes throws(StorageError) in try inflater.read(into: &bytes)
        }
        // The request for one byte more makes zlib read on to the checksum.
        let excess = try prefix.withMutableBytes(0..<1) { bytes throws(StorageError) in
            try inflater.read(into: &bytes)
        }
        guard found == promised, excess == 0 else {
            throw mismatch(
                header, found: excess > 0 ? "more than \(promised)" : "\(found)", path: path)
        }
        return (header, bytes)
    }

    private static func mismatch(
        _ header: ArrayHeader, found: String, path: String
    ) -> StorageError {
        StorageError(
            .badFile, path,
            "holds \(found) bytes, but its header promises \(header.shape) elements of"
                + " \(header.elementType.rawValue), \(header.fileBytes) bytes with the header."
                + " Copy, download or write it again.")
    }
}

extension RawSpan {
    /// Reads numbers that may lie at any address, converts each, and fills the span.
    @inline(__always)
    fileprivate func convert<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type, _ floats: inout MutableSpan<Float>, _ value: (Number) -> Float
    ) {
        precondition(byteCount == floats.count * MemoryLayout<Number>.size, "\(byteCount) bytes")
        for i in floats.indices {
            let offset = i * MemoryLayout<Number>.size
            // In bounds by the precondition; a check for each would stop the vectorizer.
            floats[i] = value(
                unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Number.self))
        }
    }
}
