/// A data set on disk: the cases of an IDX or NPY file, recognized by content and not by name.
///
/// Both formats may be compressed by gzip. Opening a plain file reads only its header. A small
/// plain file is mapped: ranks of one host share its pages, and no process may shorten it while it
/// is open. A large plain file stays on disk, and each case is read when it is asked for. A
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
    private let contents: Contents

    /// Where the bytes are.
    private enum Contents: ~Copyable {
        case memory(Region)
        case file(Descriptor)
    }

    /// The largest plain file that is mapped, in bytes; cases of a larger file are read.
    ///
    /// Every page of a map that a process ever touched counts as memory of the process. Training
    /// visits cases in random order, and so soon touches all pages.
    public static let mostMappedBytes = 1 << 28

    /// Bytes of the file, decompressed.
    public var bytes: Int { offset + cases * caseElements * elementType.width }
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
    /// - Parameter limit: The largest plain file that is mapped, in bytes.
    public init(
        path: String, mappedUpTo limit: Int = ArrayFile.mostMappedBytes
    ) throws(StorageError) {
        let descriptor = try Descriptor.reading(path)
        let size = try descriptor.size(.badFile)
        guard size > 0 else {
            throw StorageError(
                .badFile, path, "is empty; expected IDX, gzip-compressed IDX, or NPY.")
        }
        let prefix = try descriptor.read(min(size, ArrayHeader.longest), at: 0)
        let header: ArrayHeader
        if unsafe Inflater.recognizes(prefix.span.bytes) {
            let (inflated, bytes) = try Self.inflate(
                Region(mapping: descriptor, count: size), path: path)
            header = inflated
            contents = .memory(bytes)
        } else {
            header = try ArrayHeader(prefix, of: path)
            guard size == header.fileBytes else {
                throw Self.mismatch(header, found: "\(size)", path: path)
            }
            if size <= limit {
                contents = .memory(try Region(mapping: descriptor, count: size))
            } else {
                contents = .file(descriptor)
            }
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
    /// Throws `badFile` when a file that is not mapped cannot be read any more.
    /// - Precondition: elements are one byte wide, `index` is a case, and `bytes` holds exactly one.
    public func copyBytes(
        case index: Int, into bytes: inout MutableSpan<UInt8>
    ) throws(StorageError) {
        precondition(elementType.width == 1, "\(elementType.rawValue) elements are not bytes")
        checkPlace(index, bytes.count)
        var destination = unsafe bytes.mutableBytes
        try copyRaw(range(index), into: &destination)
    }

    /// Copies the elements of a case as numbers, row-major; `true` is 1.
    ///
    /// A float64 is rounded to the nearest float32, beyond its range to infinity.
    ///
    /// Throws `badFile` when a file that is not mapped cannot be read any more.
    /// - Precondition: `index` is a case, and `floats` holds exactly one.
    public func copyFloats(
        case index: Int, into floats: inout MutableSpan<Float>
    ) throws(StorageError) {
        checkPlace(index, floats.count)
        let range = range(index)
        switch contents {
        case .memory(let region): region.withBytes(range) { convert($0, into: &floats) }
        case .file(let descriptor):
            let bytes = try descriptor.read(range.count, at: range.lowerBound)
            unsafe convert(bytes.span.bytes, into: &floats)
        }
    }

    /// Copies bytes of the file's content, header included, from wherever they are.
    private func copyRaw(
        _ range: Range<Int>, into destination: inout MutableRawSpan
    ) throws(StorageError) {
        switch contents {
        case .memory(let region): region.withBytes(range) { copy($0, into: &destination) }
        case .file(let descriptor):
            try descriptor.read(into: &destination, at: range.lowerBound)
        }
    }

    private func convert(_ source: RawSpan, into floats: inout MutableSpan<Float>) {
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

    /// Returns a checksum of the header and of up to 64 cases spread evenly, including the first
    /// and the last.
    ///
    /// It tells two data sets apart, and takes little time for a file of any size.
    ///
    /// Throws `badFile`.
    public func sampleChecksum() throws(StorageError) -> UInt32 {
        var checksum = Checksum()
        var pieces = [0..<offset]
        let sampled = min(cases, 64)
        for i in 0..<sampled {
            pieces.append(range(sampled == 1 ? 0 : (cases - 1) * i / (sampled - 1)))
        }
        for piece in pieces {
            var bytes = [UInt8](repeating: 0, count: piece.count)
            var span = bytes.mutableSpan
            var room = unsafe span.mutableBytes
            try copyRaw(piece, into: &room)
            unsafe checksum.update(bytes.span.bytes)
        }
        return checksum.value
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
        // Checks before memory is reserved whether so few bytes can become so many.
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
        // Asking for one byte more makes zlib read on to the checksum.
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
            // The precondition covers the bounds; a check for each element would prevent vector
            // code.
            floats[i] = value(
                unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Number.self))
        }
    }
}
