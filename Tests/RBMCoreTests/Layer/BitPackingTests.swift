import Testing

@testable import RBMCore

@Suite struct BitPackingTests {
    @Test(arguments: [0, 1, 7, 8, 9, 64, 331], [UInt8(1), 127])
    func statesComeBack(count: Int, one: UInt8) {
        let states = (0..<count).map { ($0 * $0 / 3 + $0) % 3 == 0 ? one : 0 }
        var bits = [UInt8](repeating: 0xAA, count: (count + 7) / 8)
        var span = bits.mutableSpan
        packBits(states.span, into: &span)
        for i in states.indices {
            #expect((bits[i / 8] >> UInt8(i % 8) & 1 == 1) == (states[i] == one))
        }
        var back = [UInt8](repeating: 9, count: count)
        var target = back.mutableSpan
        unpackBits(bits.span, one: one, into: &target)
        #expect(back == states)
    }

    @Test func sharesLieOneAfterTheOther() {
        let packing = BitPacking(rows: 3, shares: [0..<64, 64..<64, 64..<131])
        #expect(packing.ranges == [0..<24, 24..<24, 24..<51])
        #expect(packing.bytes == 51)
        #expect(packing.range(ofRow: 2, 0..<67, of: 2) == 42..<51)
        #expect(packing.range(ofRow: 1, 8..<24, of: 0) == 9..<11)
    }
}
