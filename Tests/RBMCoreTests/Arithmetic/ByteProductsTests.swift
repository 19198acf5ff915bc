import TestSupport
import Testing

@testable import RBMCore

/// Tables of bits on machines whose instruction set calls for them; oneDNN's products elsewhere.
@Suite struct ByteProductsTests {
    /// Around codes of 4 bits, blocks of 32 bits, 64 columns and 256 terms of a sum, and odd ones.
    private static let sizes = [
        1, 2, 3, 4, 5, 11, 12, 13, 31, 32, 33, 47, 63, 64, 65, 97, 131, 255, 256, 257,
    ]

    private struct Shape: CustomStringConvertible {
        let (m, n, k): (Int, Int, Int)

        init(_ generator: inout TestGenerator) {
            m = ByteProductsTests.sizes.randomElement(using: &generator)!
            n = ByteProductsTests.sizes.randomElement(using: &generator)!
            k =
                ByteProductsTests.sizes.randomElement(using: &generator)!
                * Int.random(in: 1...3, using: &generator)
        }

        var description: String { "m \(m), n \(n), k \(k)" }
    }

    private func product(
        _ states: [UInt8], _ levels: ByteLevels, from start: Int, _ bytes: [Int8],
        _ transposed: Bool, _ m: Int, _ n: Int, _ k: Int
    ) -> [Int] {
        var product = [Int32](repeating: -7, count: m * n)
        var span = product.mutableSpan
        ByteProducts().multiply(
            states.span, levels, from: start, by: bytes.span, transposed: transposed, into: &span,
            m: m, n: n, k: k)
        return product.map { Int($0) }
    }

    @Test(arguments: [ByteLevels.bits, .grey], [false, true])
    func productsAreExact(levels: ByteLevels, transposed: Bool) {
        var generator = TestGenerator(seed: 20)
        for _ in 0..<60 {
            let shape = Shape(&generator)
            let (m, n, k) = (shape.m, shape.n, shape.k)
            let offset = Int.random(in: 0...70, using: &generator)
            let states = generator.bytes(offset + m * k, levels)
            let bytes = (0..<(k * n)).map { _ in Int8.random(in: -128...127, using: &generator) }
            let exact = naiveProduct(
                states[offset...].map { Int($0) }, false, bytes.map { Int($0) }, transposed, m, n, k
            )
            #expect(
                product(states, levels, from: offset, bytes, transposed, m, n, k) == exact,
                "\(shape), offset \(offset)")
        }
    }

    @Test(arguments: [ByteLevels.bits, .grey])
    func productsOfSomeColumnsAreExact(levels: ByteLevels) {
        var generator = TestGenerator(seed: 21)
        for _ in 0..<60 {
            let shape = Shape(&generator)
            let (m, n, k) = (shape.m, shape.n, shape.k)
            let first = Int.random(in: 0...40, using: &generator)
            let width = first + m + Int.random(in: 0...40, using: &generator)
            let states = generator.bytes(k * width, levels)
            let bytes = (0..<(k * n)).map { _ in Int8.random(in: -128...127, using: &generator) }
            let columns = (0..<k).flatMap { row in
                states[(row * width + first)..<(row * width + first + m)].map { Int($0) }
            }
            var product = [Int32](repeating: -7, count: m * n)
            var span = product.mutableSpan
            ByteProducts().multiply(
                columns: first..<(first + m), of: states.span, levels, width: width,
                by: bytes.span, into: &span, n: n, k: k)
            #expect(
                product.map { Int($0) }
                    == naiveProduct(columns, true, bytes.map { Int($0) }, false, m, n, k),
                "\(shape), columns from \(first) of \(width)")
        }
    }

    /// Each sum comes once, at its place, whatever the blocks are.
    @Test(arguments: [ByteLevels.bits, .grey], [(false, 1), (false, 2), (true, 1), (true, 2)])
    func blocksMakeUpBothProducts(levels: ByteLevels, layout: (transposed: Bool, threads: Int)) {
        let (transposed, threads) = layout
        let before = MatrixProducts.threads
        defer { MatrixProducts.setThreads(before) }
        MatrixProducts.setThreads(threads)
        var generator = TestGenerator(seed: 22)
        let products = ByteProducts()
        for number in 0..<30 {
            let shape = Shape(&generator)
            let (m, n, k) = (shape.m, shape.n, shape.k)
            let states = generator.bytes(m * k, levels)
            let bytes = (0..<(2 * k * n)).map { _ in Int8.random(in: -128...127, using: &generator)
            }
            let high = Array(bytes[..<(number % 3 == 0 ? 0 : k * n)])
            let low = Array(bytes[(k * n)...])
            var found = [[Int]](repeating: Array(repeating: 1 << 40, count: m * n), count: 2)
            for half in 0..<2 {
                var span = found[half].mutableSpan
                span.shared { found in
                    products.inBlocks(
                        states.span, levels, from: 0, by: high.span, low.span,
                        transposed: transposed, m: m, n: n, k: k
                    ) { block, high, low in
                        let sums = half == 0 ? high : low
                        guard !sums.isEmpty else { return }
                        for row in block.rows {
                            let place = sums.extracting(block.sums(ofRow: row))
                            let start = row * n + block.columns.lowerBound
                            found.withRange(start..<(start + place.count)) { found in
                                for j in found.indices {
                                    found[j] = found[j] == 1 << 40 ? Int(place[j]) : -1 << 40
                                }
                            }
                        }
                    }
                }
            }
            for (sums, bytes) in zip(found, [high, low]) where !bytes.isEmpty {
                let exact = naiveProduct(
                    states.map { Int($0) }, false, bytes.map { Int($0) }, transposed, m, n, k)
                #expect(sums == exact, "\(shape)")
            }
        }
    }

    /// Sums of 16 bits come as far as they can: 256 times −128.
    @Test(arguments: [-128, 127] as [Int8], [1, 255, 256, 257, 511, 1000])
    func extremeValuesAreExact(byte: Int8, depth: Int) {
        for (m, n) in [(1, 1), (1, 33), (17, 1), (200, 300)] {
            let bits = [UInt8](repeating: 1, count: m * depth)
            let bytes = [Int8](repeating: byte, count: depth * n)
            for transposed in [false, true] {
                let product = product(bits, .bits, from: 0, bytes, transposed, m, n, depth)
                #expect(product.allSatisfy { $0 == Int(byte) * depth })
            }
        }
    }

    @Test func aProductOfDepthZeroIsZeroAndOneOverNoRowsIsNothing() {
        #expect(product([], .bits, from: 0, [], false, 20, 3, 0).allSatisfy { $0 == 0 })
        #expect(product([], .bits, from: 0, [1, 2], false, 0, 2, 1) == [])
    }

    @Test func aShapeThatDoesNotFitItsStorageTraps() async {
        await #expect(processExitsWith: .failure) {
            let bits = [UInt8](repeating: 1, count: 40)
            let bytes: [Int8] = [1, 2, 3, 4]
            var product = [Int32](repeating: 0, count: 40)
            var span = product.mutableSpan
            ByteProducts().multiply(
                bits.span, .bits, from: 1, by: bytes.span, into: &span, m: 20, n: 2, k: 2)
        }
    }

    /// Where oneDNN has one instruction for it, tables would lose.
    @Test func tablesAreForMachinesWithoutADotProduct() {
        switch MatrixProducts.effectiveSet {
        case .avx2, .avx512: #expect(BitTables.areFaster)
        default: #expect(!BitTables.areFaster)
        }
    }
}
