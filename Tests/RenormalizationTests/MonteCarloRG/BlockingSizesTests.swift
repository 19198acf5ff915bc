import Renormalization
import Testing

struct BlockingSizesTests {
    @Test func sizesAreHalvedDownToFour() throws {
        #expect(try BlockingSizes.of(64) == [64, 32, 16, 8, 4])
        #expect(try BlockingSizes.of(24) == [24, 12, 6])
        #expect(try BlockingSizes.of(10) == [10, 5])
        #expect(try BlockingSizes.of(8) == [8, 4])
    }

    @Test(arguments: [-2, 0, 4, 6, 9, 63, 1026, Int.max]) func otherSizesAreRefused(size: Int) {
        do {
            _ = try BlockingSizes.of(size)
            Issue.record("size \(size) was taken")
        } catch {
            #expect("\(error)".hasPrefix("size \(size): "))
        }
    }
}
