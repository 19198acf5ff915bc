/// Returns the CRC-32C of bytes: reflected polynomial 82F63B78, start and end inverted [RFC3720].
public func crc32c(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { checksum, byte in
        checksum >> 8 ^ castagnoli[Int((checksum ^ UInt32(byte)) & 255)]
    }
}

/// Returns the CRC-32C of bytes, rotated and shifted as files of records keep it.
///
/// A checksum of bytes that themselves hold checksums would be weak; the mask prevents that.
public func maskedCRC32C(_ bytes: [UInt8]) -> UInt32 {
    let checksum = crc32c(bytes)
    return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
}

/// What each byte does to the checksum.
private let castagnoli: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
    }
}
