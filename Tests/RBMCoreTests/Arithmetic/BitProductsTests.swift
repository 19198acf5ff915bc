import Testing

@testable import RBMCore

/// The kernel for bits, on machines whose instruction set calls for it; oneDNN's products elsewhere.
@Suite struct BitProductsTests {
    /// Around tiles of 6 rows, panels of 32 columns and 256 terms of a sum, and a few odd ones.
    private static let sizes = [1, 2, 5, 6, 7, 13, 31, 32, 33, 63, 64, 65, 97, 131, 255, 256, 257]

    private func product(
        _ bits: [UInt8], from start: Int = 0, _ leftTransposed: Bool, _ bytes: [Int8],
        _ rightTransposed: Bool, _ m: Int, _ n: Int, _ k: Int
    ) -> [Int] {
        var product = [Int32](repeating: -7, count: m * n)
        var span = product.mutableSpan
        BitProducts().multiply(
            bits.span, from: start, leftTransposed: leftTransposed, by: bytes.span,
            rightTransposed: rightTransposed, into: &span, m: m, n: n, k: k)
        return product.map { Int($0) }
    }

    @Test(arguments: [false, true], [false, true])
    func productsAreExact(leftTransposed: Bool, rightTransposed: Bool) {
        var generator = TestGenerator(seed: 20)
        for _ in 0..<60 {
            let (m, n, k) = (
                Self.sizes.randomElement(using: &generator)!,
                Self.sizes.randomElement(using: &generator)!,
                Self.sizes.randomElement(using: &generator)! * Int.random(in: 1...3)
            )
            let offset = Int.random(in: 0...70, using: &generator)
            let bits = generator.bytes(offset + m * k, .bits)
            let bytes = (0..<(k * n)).map { _ in Int8.random(in: -128...127, using: &generator) }
            let exact = naiveProduct(
                bits[offset...].map { Int($0) }, leftTransposed, bytes.map { Int($0) },
                rightTransposed, m, n, k)
            #expect(
                product(bits, from: offset, leftTransposed, bytes, rightTransposed, m, n, k)
                    == exact,
                "m \(m), n \(n), k \(k), offset \(offset)")
        }
    }

    /// Sums of 16 bits come as far as they can: 256 times −128.
    @Test(arguments: [-128, 127] as [Int8], [1, 255, 256, 257, 511, 1000])
    func extremeValuesAreExact(byte: Int8, depth: Int) {
        for (m, n) in [(1, 1), (1, 33), (17, 1), (200, 300)] {
            for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
                let product = product(
                    [UInt8](repeating: 1, count: m * depth), left,
                    [Int8](repeating: byte, count: depth * n), right, m, n, depth)
                #expect(product.allSatisfy { $0 == Int(byte) * depth })
            }
        }
    }

    @Test func aProductOfDepthZeroIsZeroAndOneOverNoRowsIsNothing() {
        #expect(product([], false, [], false, 2, 3, 0) == [0, 0, 0, 0, 0, 0])
        #expect(product([], false, [1, 2], false, 0, 2, 1) == [])
    }

    @Test func aShapeThatDoesNotFitItsStorageTraps() async {
        await #expect(processExitsWith: .failure) {
            let bits: [UInt8] = [1, 0, 1, 0]
            let bytes: [Int8] = [1, 2, 3, 4]
            var product = [Int32](repeating: 0, count: 4)
            var span = product.mutableSpan
            BitProducts().multiply(
                bits.span, from: 1, by: bytes.span, into: &span, m: 2, n: 2, k: 2)
        }
    }

    /// Where oneDNN has one instruction for it, the kernel would lose.
    @Test func theKernelIsForMachinesWithoutADotProduct() {
        switch MatrixProducts.effectiveSet {
        case .avx2, .avx512: #expect(BitProducts.usesKernel)
        default: #expect(!BitProducts.usesKernel)
        }
    }
}
