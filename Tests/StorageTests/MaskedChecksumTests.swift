import Storage
import Testing

@Suite struct MaskedChecksumTests {
    /// [RFC3720, B.4], and the digits that every description of checksums has.
    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 255, count: 32), 0x62A8_AB43),
            ([UInt8](0..<32), 0x46DD_794E), ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
            ([UInt8]("123456789".utf8), 0xE306_9283), ([], 0),
        ] as [([UInt8], UInt32)])
    func publishedValuesAreMet(bytes: [UInt8], checksum: UInt32) {
        #expect(crc32c(bytes) == checksum)
    }

    /// The mask turned back: a rotation to the right by 15 bits, and a sum.
    @Test func theMaskCanBeTakenOff() {
        for bytes: [UInt8] in [[], [0], [1, 2, 3], [UInt8](repeating: 7, count: 1000)] {
            let rotated = maskedCRC32C(bytes) &- 0xA282_EAD8
            #expect(rotated >> 17 | rotated << 15 == crc32c(bytes))
        }
    }
}
