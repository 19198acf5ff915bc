import Testing

@testable import Storage

@Suite struct TensorTests {
    @Test func floatsAreLittleEndian() {
        let tensor = Tensor(floats: [1, -2], shape: [1, 2])
        #expect(tensor.elementType == .f32 && tensor.shape == [1, 2])
        #expect(tensor.bytes == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
        #expect(tensor.floats() == [1, -2])
    }

    @Test func everyBitOfAFloatSurvives() throws {
        let patterns: [UInt32] = [0, 0x8000_0000, 0x7FC0_0001, 0xFF80_0000, 1, 0x7F7F_FFFF]
        let tensor = Tensor(floats: patterns.map { Float(bitPattern: $0) }, shape: [6])
        #expect(try #require(tensor.floats()).map(\.bitPattern) == patterns)
    }

    @Test func bytesAreNoFloats() {
        let tensor = Tensor(bytes: [1, 2, 3, 4], shape: [4])
        #expect(tensor.elementType == .u8)
        #expect(tensor.floats() == nil)
    }

    @Test func emptyAndScalarShapes() {
        #expect(Tensor(floats: [], shape: [0, 7]).floats() == [])
        #expect(Tensor(floats: [3], shape: []).floats() == [3])
    }

    @Test func countsBytes() {
        #expect(Tensor.ElementType.f32.byteCount(shape: [2, 3]) == 24)
        #expect(Tensor.ElementType.f4.byteCount(shape: [6]) == 3)
        #expect(Tensor.ElementType.f4.byteCount(shape: [5]) == nil)
        #expect(Tensor.ElementType.f6e2m3.byteCount(shape: [4]) == 3)
        #expect(Tensor.ElementType.u8.byteCount(shape: [1 << 62, 4]) == nil)
        #expect(Tensor.ElementType.u8.byteCount(shape: [1 << 62, 4, 0]) == 0)
        #expect(Tensor.ElementType.f64.byteCount(shape: [1 << 58]) == nil)
    }
}
