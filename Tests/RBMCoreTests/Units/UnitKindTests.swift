import RBMCore
import Testing

@Suite struct UnitKindTests {
    @Test func aSpinIsPlusOrMinusOne() {
        #expect(Spin().value(0) == -1)
        #expect(Spin().value(1) == 1)
        #expect(Spin().value(0.25) == -0.5)
        #expect(Bernoulli().value(0.25) == 0.25)
    }

    @Test func greyBytesReach127() {
        #expect(StateEncoding.bits.maximum == 1)
        #expect(StateEncoding.levels.maximum == 127)
    }
}
