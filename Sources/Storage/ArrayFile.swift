/// A data set on disk: its cases, in any of the formats that people keep data in.
///
/// The content of a file tells its format, and its name does not. IDX, NPY and text may be compressed
/// by gzip. Opening a plain file reads only its header. A small plain file is mapped: ranks of one host
/// share its pages, and no process may shorten it while it is open. A large plain file stays on disk,
/// and each case is read when it is asked for. What must be decompressed, parsed, decoded or put into
/// another order is taken into memory at once. Case i is row i of the slowest dimension.
public final class ArrayFile: Sendable {
    /// How a file stores its cases.
    public enum Format: String, Sendable {
        case idx, npy
        /// An array of a NumPy archive.
        case npz
        /// Numbers in a text file, a case on each line.
        case text
        /// A folder of pictures of one size.
        case pictures
    }

    /// The file's name.
    public let path: String
    /// How the file stores its elements.
    public let format: Format
    /// What the file stores for each element.
    public let elementType: ElementType
    /// All dimensions, slowest first: [cases, shape of a case…].
    public let shape: [Int]
    /// What a reader should know of how the file was read, in sentences; mostly none.
    public let notes: [String]

    private let isBigEndian: Bool
    private let offset: Int
    private let contents: Contents

    /// Where the bytes are.
    enum Contents: Sendable {
        case memory(Region)
        case file(OpenFile)
    }

    /// A file that stays open as long as its cases are asked for.
    final class OpenFile: Sendable {
        let descriptor: Descriptor

        init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
    }

    /// An array as it was found, and what is worth telling of it.
    struct Found {
        let header: ArrayHeader
        let contents: Contents
        var notes: [String] = []
    }

    /// The formats in words, for messages.
    static let expected =
        "expected IDX, NPY or CSV (also compressed by gzip), NPZ, or a folder of PNG pictures"

    /// The largest plain file that is mapped, in bytes; cases of a larger file are read.
    ///
    /// Every page of a map that a process ever touched counts as memory of the process. Training
    /// visits cases in random order, and so soon touches all pages.
    public static let mostMappedBytes = 1 << 28

    /// Bytes of the file, decompressed.
    public var bytes: Int { offset + cases * caseElements * elementType.width }
    /// The bytes that the open file takes of the memory of this process; none where it is mapped or read.
    public var heldBytes: Int {
        guard case .memory(let region) = contents, !region.isMapped else { return 0 }
        return region.count
    }
    /// The number of cases, which may be zero.
    public var cases: Int { shape[0] }
    /// The dimensions of one case, slowest first; empty if a case is a single number.
    public var caseShape: [Int] { Array(shape.dropFirst()) }
    /// The number of elements in one case, at least one.
    public let caseElements: Int

    /// Opens a file and checks that it holds exactly what its header promises.
    ///
    /// The elements of a binary file are not looked at, except that checksums of compressed files are
    /// verified.
    ///
    /// Throws `badFile`.
    /// - Parameters:
    ///   - path: A file; a folder of pictures; or an archive with the name of an array in it, as in
    ///     `data.npz:images`.
    ///   - limit: The largest plain file that is mapped, in bytes.
    ///   - takesMissing: Whether cells of a text file may say that a value is missing, which is NaN then.
    public init(
        path: String, mappedUpTo limit: Int = ArrayFile.mostMappedBytes, takesMissing: Bool = false
    ) throws(StorageError) {
        let found = try Self.find(path, limit, takesMissing).inRowMajorOrder(path)
        let header = found.header
        self.path = path
        contents = found.contents
        notes = found.notes
        format = header.format
        elementType = header.elementType
        shape = header.shape
        isBigEndian = header.isBigEndian
        offset = header.offset
        caseElements = header.shape.dropFirst().reduce(1, *)
        // Whoever looks at cases takes at least one of them into memory, as numbers.
        try checkRoom(for: 4 * min(caseElements, 1 << 60), of: path)
    }

    /// Finds the array that a name stands for.
    private static func find(
        _ path: String, _ limit: Int, _ takesMissing: Bool
    ) throws(StorageError) -> Found {
        if Folder.isFolder(path) { return try PictureFolder(path).read() }
        if let (archive, member) = ZipArchive.split(path) {
            return try ZipArchive(archive).array(member)
        }
        let descriptor = try Descriptor.reading(path)
        let size = try descriptor.size(.badFile)
        guard size > 0 else {
            throw StorageError(.badFile, path, "is empty; \(expected).")
        }
        let prefix = try descriptor.read(min(size, ArrayHeader.longest), at: 0)
        if unsafe Inflater.recognizes(prefix.span.bytes) {
            let region = try Region(mapping: descriptor, count: size)
            if let text = try inflatedText(region, path: path) {
                return try TextTable(text, path: path, takesMissing: takesMissing).read()
            }
            let (header, bytes) = try inflate(region, path: path)
            return Found(header: header, contents: .memory(bytes))
        }
        if ZipArchive.recognizes(prefix) { return try ZipArchive(path).array(nil) }
        if TextTable.recognizes(prefix) {
            let text = try Region(mapping: descriptor, count: size)
            try checkRoom(for: size, of: path)
            return try TextTable(
                text.withBytes(0..<size) { Array($0) }, path: path, takesMissing: takesMissing
            ).read()
        }
        let header = try ArrayHeader(prefix, of: path)
        guard size == header.fileBytes else {
            throw mismatch(header, found: "\(size)", path: path)
        }
        let contents: Contents =
            size <= limit
            ? .memory(try Region(mapping: descriptor, count: size)) : .file(OpenFile(descriptor))
        return Found(header: header, contents: contents)
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
    /// A number that float32 does not hold is rounded to the nearest, beyond its range to infinity.
    ///
    /// Throws `badFile` when a file that is not mapped cannot be read any more.
    /// - Precondition: `index` is a case, and `floats` holds exactly one.
    public func copyFloats(
        case index: Int, into floats: inout MutableSpan<Float>
    ) throws(StorageError) {
        checkPlace(index, floats.count)
        try withBytes(range(index)) {
            $0.convert(elementType, isBigEndian: isBigEndian, into: &floats)
        }
    }

    /// Copies the elements of a case as numbers in double precision, row-major; `true` is 1.
    ///
    /// Integers of 64 bits are rounded to the nearest.
    ///
    /// Throws `badFile` when a file that is not mapped cannot be read any more.
    /// - Precondition: `index` is a case, and `doubles` holds exactly one.
    public func copyDoubles(
        case index: Int, into doubles: inout MutableSpan<Double>
    ) throws(StorageError) {
        checkPlace(index, doubles.count)
        try withBytes(range(index)) {
            $0.convert(elementType, isBigEndian: isBigEndian, into: &doubles)
        }
    }

    /// Calls the closure with bytes of the file's content, header included, from wherever they are.
    private func withBytes(
        _ range: Range<Int>, _ body: (RawSpan) -> Void
    ) throws(StorageError) {
        switch contents {
        case .memory(let region): region.withBytes(range) { body($0) }
        case .file(let file):
            let bytes = try file.descriptor.read(range.count, at: range.lowerBound)
            unsafe body(bytes.span.bytes)
        }
    }

    /// Copies bytes of the file's content, header included, from wherever they are.
    private func copyRaw(
        _ range: Range<Int>, into destination: inout MutableRawSpan
    ) throws(StorageError) {
        switch contents {
        case .memory(let region): region.withBytes(range) { copy($0, into: &destination) }
        case .file(let file):
            try file.descriptor.read(into: &destination, at: range.lowerBound)
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
            prefix.withBytes(0..<prefixCount) { Array($0) }, of: path, isInflated: true)

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

    /// Decompresses a gzip file that begins with text; nil for any other.
    private static func inflatedText(
        _ file: Region, path: String
    ) throws(StorageError) -> [UInt8]? {
        var inflater = Inflater(file, path: path)
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: ArrayHeader.longest)
        while true {
            var span = piece.mutableSpan
            var room = unsafe span.mutableBytes
            let count = try inflater.read(into: &room)
            if text.isEmpty, !TextTable.recognizes(Array(piece.prefix(count))) { return nil }
            try text.reserveRoom(forMore: count, of: path)
            text += piece.prefix(count)
            // The checksum was verified where the file ended.
            if count < piece.count { return text }
        }
    }

    static func mismatch(
        _ header: ArrayHeader, found: String, path: String
    ) -> StorageError {
        StorageError(
            .badFile, path,
            "holds \(found) bytes, but its header promises \(header.shape) elements of"
                + " \(header.elementType.rawValue), \(header.fileBytes) bytes with the header."
                + " Copy, download or write it again.")
    }
}
