import TestSupport
import Testing

@testable import RBMCore

/// Tables of bits on machines whose instruction set calls for them; oneDNN's products elsewhere.
@Suite struct IntegerProductsTests {
    /// Around codes of 4 and 5 bits, blocks of 60 bits and 32 columns, 128 rows, 240 and 480 terms of a
    /// sum, and odd ones.
    private static let sizes = [
        1, 2, 3, 4, 5, 11, 12, 13, 31, 32, 33, 47, 59, 60, 61, 64, 97, 127, 128, 131, 239, 240, 241,
        257,
    ]

    private struct Shape: CustomStringConvertible {
        let (m, n, k): (Int, Int, Int)

        init(_ generator: inout TestGenerator) {
            m = IntegerProductsTests.sizes.randomElement(using: &generator)!
            n = IntegerProductsTests.sizes.randomElement(using: &generator)!
            k =
                IntegerProductsTests.sizes.randomElement(using: &generator)!
                * Int.random(in: 1...3, using: &generator)
        }

        var description: String { "m \(m), n \(n), k \(k)" }
    }

    private func product(
        _ states: [UInt8], _ encoding: StateEncoding, from start: Int, _ bytes: [Int8],
        _ transposed: Bool, _ m: Int, _ n: Int, _ k: Int
    ) -> [Int] {
        var product = [Int32](repeating: -7, count: m * n)
        var span = product.mutableSpan
        IntegerProducts().multiply(
            states.span, encoding, from: start, by: bytes.span, transposed: transposed, into: &span,
            m: m, n: n, k: k)
        return product.map { Int($0) }
    }

    @Test(arguments: [StateEncoding.bits, .levels], [false, true])
    func productsAreExact(encoding: StateEncoding, transposed: Bool) {
        var generator = TestGenerator(seed: 20)
        for _ in 0..<60 {
            let shape = Shape(&generator)
            let (m, n, k) = (shape.m, shape.n, shape.k)
            let offset = Int.random(in: 0...70, using: &generator)
            let states = generator.bytes(offset + m * k, encoding)
            let bytes = (0..<(k * n)).map { _ in Int8.random(in: -128...127, using: &generator) }
            let exact = naiveProduct(
                states[offset...].map { Int($0) }, false, bytes.map { Int($0) }, transposed, m, n, k
            )
            #expect(
                product(states, encoding, from: offset, bytes, transposed, m, n, k) == exact,
                "\(shape), offset \(offset)")
        }
    }

    @Test(arguments: [StateEncoding.bits, .levels])
    func productsOfSomeColumnsAreExact(encoding: StateEncoding) {
        var generator = TestGenerator(seed: 21)
        for _ in 0..<60 {
            let shape = Shape(&generator)
            let (m, n, k) = (shape.m, shape.n, shape.k)
            let first = Int.random(in: 0...40, using: &generator)
            let width = first + m + Int.random(in: 0...40, using: &generator)
            let states = generator.bytes(k * width, encoding)
            let bytes = (0..<(k * n)).map { _ in Int8.random(in: -128...127, using: &generator) }
            let columns = (0..<k).flatMap { row in
                states[(row * width + first)..<(row * width + first + m)].map { Int($0) }
            }
            var product = [Int32](repeating: -7, count: m * n)
            var span = product.mutableSpan
            IntegerProducts().multiply(
                columns: first..<(first + m), of: states.span, encoding, width: width,
                by: bytes.span, into: &span, n: n, k: k)
            #expect(
                product.map { Int($0) }
                    == naiveProduct(columns, true, bytes.map { Int($0) }, false, m, n, k),
                "\(shape), columns from \(first) of \(width)")
            // In 16 bits the same, but for what does not fit them.
            var short = [Int16](repeating: -7, count: m * n)
            var shortSpan = short.mutableSpan
            IntegerProducts().multiply(
                columns: first..<(first + m), of: states.span, encoding, width: width,
                by: bytes.span, into: &shortSpan, n: n, k: k)
            #expect(
                short == product.map { Int16(truncatingIfNeeded: $0) },
                "16 bits: \(shape), columns from \(first) of \(width)")
        }
    }

    /// Each sum comes once, at its place, whatever the blocks are.
    @Test(
        .slow, arguments: [StateEncoding.bits, .levels],
        [(false, 1), (false, 2), (true, 1), (true, 2)])
    func blocksMakeUpTheProduct(encoding: StateEncoding, layout: (transposed: Bool, threads: Int)) {
        let before = MatrixProducts.threads
        defer { MatrixProducts.setThreads(before) }
        MatrixProducts.setThreads(layout.threads)
        var generator = TestGenerator(seed: 22)
        let rounding = WeightRounding(seed: 4, layer: 0)
        let products = IntegerProducts()
        for number in 0..<60 {
            let shape = Shape(&generator)
            let (m, n, k) = (shape.m, shape.n, shape.k)
            let states = generator.bytes(m * k, encoding)
            let format: WeightFormat =
                encoding == .levels && number % 3 == 1
                ? .bytePair : WeightFormat.allCases[number % 3]
            let (rows, columns) = layout.transposed ? (n, k) : (k, n)
            let weights = RoundedWeights(
                rows: rows, columns: columns, format: format, splitsWords: number % 2 == 0)
            let values = (0..<(n * k)).map { _ in Float(generator.normal()) }
            weights.round(values.span, at: format == .byte ? rounding.stream(step: 1) : nil)
            let found = product(products, states, encoding, weights, layout.transposed, m, n, k)
            let exact = naiveProduct(
                states.map { Int($0) }, false, weights.integers, layout.transposed, m, n, k)
            #expect(found == exact, "\(shape), \(format)")
        }
    }

    /// The products that come in blocks; what does not come just once is no sum.
    private func product(
        _ products: IntegerProducts, _ states: [UInt8], _ encoding: StateEncoding,
        _ weights: RoundedWeights, _ transposed: Bool, _ m: Int, _ n: Int, _ k: Int
    ) -> [Int] {
        var found = [Int](repeating: 1 << 40, count: m * n)
        var span = found.mutableSpan
        span.shared { found in
            products.inBlocks(
                states.span, encoding, from: 0, by: weights, transposed: transposed, m: m, n: n,
                k: k
            ) { block, high, low in
                #expect(high.isEmpty == (weights.format != .bytePair))
                for row in block.rows {
                    let place = block.sums(ofRow: row)
                    let start = row * n + block.columns.lowerBound
                    found.withRange(start..<(start + place.count)) { found in
                        for j in found.indices {
                            let sum =
                                Int(low[place.lowerBound + j])
                                + (high.isEmpty ? 0 : 256 * Int(high[place.lowerBound + j]))
                            found[j] = found[j] == 1 << 40 ? sum : -1 << 40
                        }
                    }
                }
            }
        }
        return found
    }

    /// Sums of words come as far as they can, next to 2¹⁵ for each 480 terms, with many rows and few.
    @Test(arguments: [1, 5, 200], [(480, 34), (34, 480), (481, 3), (1500, 33), (33, 1500)])
    func extremeWordsAreExact(m: Int, shape: (rows: Int, columns: Int)) {
        for sign: Float in [1, -1] {
            for splits in [false, true] {
                let weights = RoundedWeights(
                    rows: shape.rows, columns: shape.columns, format: .word, splitsWords: splits)
                let values = [Float](repeating: sign * 67.2, count: shape.rows * shape.columns)
                weights.round(values.span)
                let integer = weights.integers[0]
                for transposed in [false, true] {
                    let (n, k) =
                        transposed ? (shape.rows, shape.columns) : (shape.columns, shape.rows)
                    let bits = [UInt8](repeating: 1, count: m * k)
                    let found = product(
                        IntegerProducts(), bits, .bits, weights, transposed, m, n, k)
                    #expect(found.allSatisfy { $0 == integer * k })
                }
            }
        }
    }

    /// Shares that end within a block of columns, and a last one that is empty.
    @Test(arguments: IntegerKernel.runnable.filter(\.usesTables), [1, 12, 130])
    func sharesOfWordsAreThoseOfTheProduct(kernel: IntegerKernel, m: Int) {
        var generator = TestGenerator(seed: 27)
        let products = IntegerProducts(KernelChoice(only: kernel, because: "tested"))
        for (n, parts) in [(1, 1), (70, 2), (400, 3), (784, 2), (130, 4)] {
            for k in [0, 1, 60, 244, 480] {
                let bits = generator.bytes(3 + m * k, .bits)
                // A row adds up to at most 480·68 < 2¹⁵.
                let words = (0..<(n * k)).map { _ in Int16.random(in: -68...68, using: &generator) }
                let exact = naiveProduct(
                    bits[3...].map { Int($0) }, false, words.map { Int($0) }, true, m, n, k)
                let shares = HiddenSlice.parts(of: n, among: parts, largestLast: parts == 2)
                var found = [Int16](repeating: 7, count: m * n)
                var span = found.mutableSpan
                products.multiply(
                    bits.span, from: 3, byTransposed: words.span, shares: shares, into: &span, m: m,
                    k: k)
                for share in shares {
                    for row in 0..<m {
                        let start = m * share.lowerBound + row * share.count
                        #expect(
                            found[start..<(start + share.count)].map { Int($0) }
                                == Array(exact[share.offset(by: row * n)]))
                    }
                }
            }
        }
    }

    /// The product of bits that are all 1 with two blocks of 480 words each of which has the sum.
    private func tableSums(
        ofBlocks sum: Int, m: Int, transposed: Bool, _ kernels: KernelChoice
    ) -> [Int32] {
        let (depth, n) = (960, 70)
        let words = (0..<(depth * n)).map { index -> Int16 in
            let place = (transposed ? index % depth : index / n) % 480
            let share = sum.magnitude / 480 + (place < sum.magnitude % 480 ? 1 : 0)
            return Int16(sum.signum() * Int(share))
        }
        let bits = [UInt8](repeating: 1, count: m * depth)
        let tables = TableProducts(kernels)
        tables.pack(bits.span, m: m, k: depth)
        var sums = [Int32](repeating: 7, count: m * n)
        unsafe sums.withUnsafeMutableBufferPointer { sums in
            unsafe tables.multiply(
                by: words.span, transposed: transposed, columns: 0..<n, into: sums.baseAddress!,
                stride: n, m: m, n: n, k: depth)
        }
        return sums
    }

    /// A block of 480 words may add up to ±(2¹⁵ − 1), and sums beyond wrap around.
    ///
    /// `RoundedWeights` keeps words away from this edge.
    @Test(
        arguments: IntegerKernel.runnable.filter(\.usesTables),
        [(16, false), (16, true), (200, false)])
    func sumsOfWordsReachTheEdgeOf16BitsAndNotBeyond(
        kernel: IntegerKernel, layout: (m: Int, transposed: Bool)
    ) {
        let kernels = KernelChoice(only: kernel, because: "tested")
        func sums(_ sum: Int) -> [Int32] {
            tableSums(ofBlocks: sum, m: layout.m, transposed: layout.transposed, kernels)
        }
        for sum in [32_767, -32_767] {
            #expect(sums(sum).allSatisfy { $0 == Int32(2 * sum) }, "\(sum)")
        }
        #expect(sums(32_768).allSatisfy { $0 != 2 * 32_768 })
    }

    /// Sums of bytes come as far as they can: −128 as often as there are terms.
    @Test(arguments: [-128, 127] as [Int8], [1, 239, 240, 241, 511, 1000])
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
            IntegerProducts().multiply(
                bits.span, .bits, from: 1, by: bytes.span, into: &span, m: 20, n: 2, k: 2)
        }
    }
}
