import Storage
import Testing

@Suite struct ChecksumTests {
    @Test func matchesThePublishedCheckValue() {
        #expect(crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(crc32([]) == 0)
        #expect(crc32([0]) == 0xD202_EF8D)
    }

    @Test func matchesTheDefinitionBitByBit() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        var register: UInt32 = .max
        for byte in bytes {
            register ^= UInt32(byte)
            for _ in 0..<8 {
                register = register & 1 == 1 ? register >> 1 ^ 0xEDB8_8320 : register >> 1
            }
        }
        #expect(crc32(bytes) == ~register)
    }
}
