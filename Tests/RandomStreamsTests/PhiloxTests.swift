import Testing

@testable import RandomStreams

/// The known answers that the authors publish with Random123 (file kat_vectors, philox4x32 10).
@Suite struct PhiloxTests {
    private func words(_ counter: [UInt64], _ key: UInt64) -> [UInt32] {
        let x = Philox.words(counter: (counter[0], counter[1], counter[2], counter[3]), key: key)
        return [x.0, x.1, x.2, x.3].map { UInt32(truncatingIfNeeded: $0) }
    }

    @Test func zeroCounterAndKey() {
        #expect(words([0, 0, 0, 0], 0) == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
    }

    @Test func allOnes() {
        let ones: UInt64 = 0xFFFF_FFFF
        #expect(
            words([ones, ones, ones, ones], .max)
                == [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD])
    }

    @Test func digitsOfPi() {
        #expect(
            words([0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], 0x299F_31D0_A409_3822)
                == [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1])
    }
}
