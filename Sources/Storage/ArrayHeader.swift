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

    /// Reads the header of a file; `prefix` is its beginning, or all of it if it is short.
    ///
    /// Throws `badFile`.
    init(_ prefix: [UInt8], of path: String) throws(StorageError) {
        if prefix.starts(with: NPYHeader.magic) {
            let header = try NPYHeader(prefix, of: path)
            (format, isBigEndian) = (.npy, header.isBigEndian)
            isFortranOrder = header.isFortranOrder
            (elementType, shape, offset) = (header.elementType, header.shape, header.offset)
        } else if prefix.count >= 4, prefix[0] == 0, prefix[1] == 0 {
            let header = try IDXHeader(prefix, of: path)
            (format, isBigEndian, isFortranOrder) = (.idx, true, false)
            (elementType, shape, offset) = (header.elementType, header.shape, header.offset)
        } else {
            throw StorageError(.badFile, path, Self.describeStranger(prefix))
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
        for size in shape.dropFirst() + [cases] where !overflows {
            (bytes, overflows) = bytes.multipliedReportingOverflow(by: size)
        }
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

    /// Names the format of a file that is a well-known one of another kind.
    private static func describeStranger(_ prefix: [UInt8]) -> String {
        let expected = ArrayFile.expected
        if prefix.count >= 2, prefix[0] == 0x80, (2...5).contains(prefix[1]) {
            return "is a Python pickle, which can run any program when it is read; \(expected)."
                + " Write the array with numpy.save."
        }
        if let first = prefix.first, [UInt8(ascii: "{"), UInt8(ascii: "[")].contains(first) {
            return "looks like JSON; \(expected). Write the array with numpy.save."
        }
        if prefix.starts(with: Inflater.magic) {
            return "is compressed twice; \(expected). Decompress it with gunzip first."
        }
        let bytes = prefix.prefix(4).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "begins with the bytes \(bytes.joined(separator: " ")), which belong to no supported"
            + " format; \(expected)."
    }
}
