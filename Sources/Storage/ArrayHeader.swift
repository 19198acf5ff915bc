/// What is known of an array before its elements are looked at; of an IDX or NPY file the first bytes
/// say it.
struct ArrayHeader {
    private(set) var format: ArrayFile.Format
    let elementType: ArrayFile.ElementType
    let isBigEndian: Bool
    /// Whether the first index is the fastest one.
    let isFortranOrder: Bool
    let shape: [Int]
    /// The number of bytes before the first element.
    let offset: Int
    /// The number of bytes of the whole file, header included.
    let fileBytes: Int

    /// The most bytes of a header that is accepted.
    static let longest = 1 << 16

    /// The most bytes of a case: no memory holds one that is larger.
    private static let mostCaseBytes = 1 << 40

    /// Reads the header of a file; `prefix` is its beginning, or all of it if it is short.
    ///
    /// Throws `badFile`.
    /// - Parameter isInflated: Whether the bytes were compressed by gzip.
    init(
        _ prefix: [UInt8], of path: String, isInflated: Bool = false
    ) throws(StorageError) {
        if prefix.starts(with: NPYHeader.magic) {
            let header = try NPYHeader(prefix, of: path)
            (format, isBigEndian) = (.npy, header.isBigEndian)
            isFortranOrder = header.isFortranOrder
            (elementType, shape, offset) = (header.elementType, header.shape, header.offset)
        } else if IDXHeader.recognizes(prefix) {
            let header = try IDXHeader(prefix, of: path)
            (format, isBigEndian, isFortranOrder) = (.idx, true, false)
            (elementType, shape, offset) = (header.elementType, header.shape, header.offset)
        } else {
            throw StorageError(
                .badFile, path, Self.describeStranger(prefix, isInflated: isInflated))
        }
        guard let cases = shape.first else {
            throw StorageError(
                .badFile, path, "holds a single number; expected an array of cases.")
        }
        guard !shape.dropFirst().contains(0) else {
            throw StorageError(
                .badFile, path,
                "has shape \(shape), so its cases are empty; expected at least one element in each."
            )
        }
        var bytes = elementType.width
        var overflows = false
        // The number of cases comes last: a file with zero cases must not hide an absurd shape of a
        // case.
        for size in shape.dropFirst() where !overflows {
            (bytes, overflows) = bytes.multipliedReportingOverflow(by: size)
        }
        overflows = overflows || bytes > Self.mostCaseBytes
        if !overflows { (bytes, overflows) = bytes.multipliedReportingOverflow(by: cases) }
        let (total, totalOverflows) = bytes.addingReportingOverflow(offset)
        guard !overflows, !totalOverflows else {
            throw StorageError(
                .badFile, path,
                "the header claims the shape \(shape), more bytes than any file can have."
                    + " The file is damaged; make or download it again.")
        }
        fileBytes = total
    }

    /// Describes an array in memory whose last index is the fastest.
    init(
        _ format: ArrayFile.Format, _ elementType: ArrayFile.ElementType, shape: [Int],
        isBigEndian: Bool = false
    ) {
        self.format = format
        self.elementType = elementType
        self.isBigEndian = isBigEndian
        isFortranOrder = false
        self.shape = shape
        offset = 0
        fileBytes = shape.reduce(elementType.width, *)
    }

    /// Returns the same header of an array that is kept in another way.
    func renamed(_ format: ArrayFile.Format) -> ArrayHeader {
        var other = self
        other.format = format
        return other
    }

    /// Says what is known of bytes that no supported format begins with.
    private static func describeStranger(_ prefix: [UInt8], isInflated: Bool) -> String {
        let outside = isInflated ? "is compressed by gzip, and decompressed it " : ""
        if let format = ForeignFormat(prefix) {
            return isInflated && !prefix.starts(with: Inflater.magic)
                ? outside + format.problem : format.problem
        }
        let expected = ArrayFile.expected
        if prefix.isEmpty { return "\(outside)is empty; \(expected)." }
        if prefix.allSatisfy(isTextByte) {
            return "\(outside)is text without a number; \(expected)."
        }
        let bytes = prefix.prefix(4).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "\(outside)begins with the bytes \(bytes.joined(separator: " ")), which belong to no"
            + " supported format; \(expected). Plain numbers without a header: read them with"
            + " numpy.fromfile, give them a shape, and write them with numpy.save."
    }
}
