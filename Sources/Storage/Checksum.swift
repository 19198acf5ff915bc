import CZlib

/// Returns the CRC-32 of gzip, PNG and zlib: reflected polynomial EDB88320, start and end inverted.
///
/// It detects every error burst of up to 32 bits; it does not protect against intent.
public func crc32(_ bytes: [UInt8]) -> UInt32 {
    var checksum = Checksum()
    unsafe checksum.update(bytes.span.bytes)
    return checksum.value
}

/// Returns the same of a file's bytes.
///
/// Throws `badFile`.
public func crc32(ofFile path: String) throws(StorageError) -> UInt32 {
    let descriptor = try Descriptor.reading(path)
    let count = try descriptor.size(.badFile)
    var checksum = Checksum()
    let piece = 1 << 20
    for first in stride(from: 0, to: count, by: piece) {
        let bytes = try descriptor.read(min(piece, count - first), at: first)
        unsafe checksum.update(bytes.span.bytes)
    }
    return checksum.value
}

/// A CRC-32 of bytes that arrive in pieces.
struct Checksum {
    private(set) var value: UInt32 = 0

    mutating func update(_ bytes: RawSpan) {
        // zlib would start anew for a null pointer.
        guard !bytes.isEmpty else { return }
        value = unsafe bytes.withUnsafeBytes { buffer in
            let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe UInt32(crc32_z(uLong(value), start, buffer.count))
        }
    }

    /// Eight lower-case hexadecimal digits.
    static func text(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}
