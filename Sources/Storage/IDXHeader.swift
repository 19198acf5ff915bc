/// The header of IDX, the format of MNIST: 0, 0, type, number of dimensions; then each dimension.
///
/// Dimensions are unsigned 32-bit numbers, and everything is big-endian. Source: [LeCun98].
struct IDXHeader {
    let elementType: ArrayFile.ElementType
    let shape: [Int]
    let offset: Int

    /// Whether bytes begin like an IDX file, and like no other format that is known to.
    static func recognizes(_ prefix: [UInt8]) -> Bool {
        guard prefix.count >= 4, prefix[0] == 0, prefix[1] == 0 else { return false }
        return (0x08...0x0E).contains(prefix[2]) || ForeignFormat(prefix) == nil
    }

    /// Reads the header; the first two bytes are known to be zero.
    ///
    /// Throws `badFile`.
    init(_ prefix: [UInt8], of path: String) throws(StorageError) {
        let rank = Int(prefix[3])
        switch prefix[2] {
        case 0x08: elementType = .uint8
        case 0x09: elementType = .int8
        case 0x0B: elementType = .int16
        case 0x0C: elementType = .int32
        case 0x0D: elementType = .float32
        case 0x0E: elementType = .float64
        case let code:
            throw StorageError(
                .badFile, path,
                "looks like IDX with elements of an unknown type, code \(code); expected uint8, int8,"
                    + " int16, int32, float32 or float64. Plain numbers without a header: read them with"
                    + " numpy.fromfile, give them a shape, and write them with numpy.save."
            )
        }
        offset = 4 + 4 * rank
        guard prefix.count >= offset else {
            throw StorageError(
                .badFile, path,
                "ends inside the IDX header, at byte \(prefix.count) of \(offset)."
                    + " Copy or download it again.")
        }
        shape = (1..<1 + rank).map { dimension in
            prefix[4 * dimension..<4 * dimension + 4].reduce(0) { $0 << 8 | Int($1) }
        }
    }
}
