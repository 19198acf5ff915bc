import RBMCore
import Testing

@Suite struct UnitKindTests {
    @Test func aSpinIsPlusOrMinusOne() {
        #expect(UnitKind.spin.value(0) == -1)
        #expect(UnitKind.spin.value(1) == 1)
        #expect(UnitKind.spin.value(0.25) == -0.5)
        #expect(UnitKind.bernoulli.value(0.25) == 0.25)
    }

    @Test func greyBytesReach127() {
        #expect(ByteLevels.bits.maximum == 1)
        #expect(ByteLevels.grey.maximum == 127)
    }
}
