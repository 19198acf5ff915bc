import TestSupport
import Testing

@testable import RBMCore

/// Every kernel that this machine can run, beside three loops.
@Suite struct IntegerKernelTests {
    private static let kernels = IntegerKernel.runnable
    private static let tables = kernels.filter(\.usesTables)

    /// Around the rows of a turn, 32 and 64 columns, blocks of 60 terms, and runs of 240 and 480.
    private static let rows = [1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 31, 60, 63, 64, 65, 128, 131]
    private static let columns = [1, 2, 31, 32, 33, 47, 63, 64, 65, 95, 96, 97, 127, 128, 129, 200]
    private static let depths = [
        1, 2, 3, 4, 5, 31, 32, 33, 59, 60, 61, 64, 119, 121, 239, 240, 241, 300, 479, 480, 481, 500,
        541, 959, 960, 1021,
    ]

    private struct Shape: CustomStringConvertible {
        let (m, n, k): (Int, Int, Int)

        init(_ generator: inout TestGenerator) {
            m = IntegerKernelTests.rows.randomElement(using: &generator)!
            n = IntegerKernelTests.columns.randomElement(using: &generator)!
            k = IntegerKernelTests.depths.randomElement(using: &generator)!
        }

        var description: String { "m \(m), n \(n), k \(k)" }
    }

    /// The product of bits and integers by tables; what is not written stays −7.
    ///
    /// Half of the products have rows so far apart that their sums are collected elsewhere.
    private func product<Integer: TableInteger, Sum: TableSum>(
        _ kernel: IntegerKernel, _ bits: [UInt8], _ integers: [Integer], _ transposed: Bool,
        _ shape: Shape, _: Sum.Type
    ) -> [Int] {
        let (m, n, k) = (shape.m, shape.n, shape.k)
        let products = TableProducts(KernelChoice(only: kernel, because: "tested"))
        products.pack(bits.span, m: m, k: k)
        // A row has room for more sums than there are columns: no kernel may touch them.
        let stride = n + (m + n + k) % 2 * 300 + 3
        var sums = [Sum](repeating: -7, count: m * stride)
        unsafe sums.withUnsafeMutableBufferPointer { sums in
            unsafe products.multiply(
                by: integers.span, transposed: transposed, columns: 0..<n, into: sums.baseAddress!,
                stride: stride, m: m, n: n, k: k)
        }
        for row in 0..<m {
            #expect(sums[(row * stride + n)..<((row + 1) * stride)].allSatisfy { $0 == -7 })
        }
        return (0..<(m * n)).map { Int(sums[$0 / n * stride + $0 % n]) }
    }

    private func exact<Integer: TableInteger>(
        _ bits: [UInt8], _ integers: [Integer], _ transposed: Bool, _ shape: Shape
    ) -> [Int] {
        naiveProduct(
            bits.map { Int($0) }, false, integers.map { Int($0) }, transposed, shape.m, shape.n,
            shape.k)
    }

    /// Words at the bound: the magnitudes of each run of 480 along k add up to 2¹⁵ − 1 and no less,
    /// with signs that change at random, or once in the middle.
    private func boundedWords(
        _ shape: Shape, _ transposed: Bool, _ generator: inout TestGenerator
    ) -> [Int16] {
        let (n, k) = (shape.n, shape.k)
        var words = [Int16](repeating: 0, count: n * k)
        for j in 0..<n {
            let style = Int.random(in: 0..<4, using: &generator)
            for start in stride(from: 0, to: k, by: 480) {
                let run = start..<min(start + 480, k)
                var left = 32_767
                for l in run.shuffled(using: &generator) {
                    // Some words are large, so that the sum is not spread evenly.
                    let share = min(
                        left, Int.random(in: 0...(2 * 32_767 / run.count), using: &generator))
                    left -= share
                    let sign =
                        switch style {
                        case 0: 1
                        case 1: -1
                        case 2: l < run.lowerBound + run.count / 2 ? 1 : -1
                        default: Bool.random(using: &generator) ? 1 : -1
                        }
                    words[transposed ? j * k + l : l * n + j] = Int16(sign * share)
                }
                let last = run.upperBound - 1
                let place = transposed ? j * k + last : last * n + j
                words[place] += Int16(words[place] < 0 || style == 1 ? -left : left)
            }
        }
        return words
    }

    @Test(arguments: tables, [false, true])
    func productsOfWordsAreExact(kernel: IntegerKernel, transposed: Bool) {
        var generator = TestGenerator(seed: 61)
        for number in 0..<80 {
            let shape = Shape(&generator)
            // All bits set reach the bound itself.
            let bits =
                number % 4 == 0
                ? [UInt8](repeating: 1, count: shape.m * shape.k)
                : generator.bytes(shape.m * shape.k, .bits)
            let words = boundedWords(shape, transposed, &generator)
            #expect(
                product(kernel, bits, words, transposed, shape, Int32.self)
                    == exact(bits, words, transposed, shape),
                "\(shape)")
        }
    }

    @Test(arguments: tables, [false, true])
    func productsOfBytesAreExact(kernel: IntegerKernel, transposed: Bool) {
        var generator = TestGenerator(seed: 62)
        for number in 0..<80 {
            let shape = Shape(&generator)
            let bits =
                number % 4 == 0
                ? [UInt8](repeating: 1, count: shape.m * shape.k)
                : generator.bytes(shape.m * shape.k, .bits)
            let range: ClosedRange<Int8> =
                switch number % 3 {
                case 0: -128...127
                case 1: -128 ... -126
                default: 126...127
                }
            let bytes = (0..<(shape.k * shape.n)).map { _ in
                Int8.random(in: range, using: &generator)
            }
            let exact = exact(bits, bytes, transposed, shape)
            #expect(
                product(kernel, bits, bytes, transposed, shape, Int32.self) == exact, "\(shape)")
            // In 16 bits the same, but for what does not fit them.
            #expect(
                product(kernel, bits, bytes, transposed, shape, Int16.self)
                    == exact.map { Int(Int16(truncatingIfNeeded: $0)) },
                "16 bits: \(shape)")
        }
    }

    /// What a layer computes by each kernel, with words, bytes and pairs of them, is the same.
    @Test(arguments: kernels, [1, 2])
    func aLayerComputesTheSame(kernel: IntegerKernel, threads: Int) {
        let before = MatrixProducts.threads
        defer { MatrixProducts.setThreads(before) }
        MatrixProducts.setThreads(threads)
        let shape = LayerSpec(
            visible: 531, hidden: 197, visibleUnits: .bernoulli, hiddenUnits: .spin,
            encoding: .bits)
        for (format, rows) in [(WeightFormat.word, 5), (.word, 70), (.byte, 15), (.bytePair, 70)] {
            var generator = TestGenerator(seed: 63)
            func values(_ count: Int) -> [Float] {
                (0..<count).map { _ in Float(generator.normal()) }
            }
            let parameters = Parameters(
                weights: values(531 * 197), visibleBias: values(531), hiddenBias: values(197))
            let visible = generator.bytes(rows * 531, .bits)
            let hidden = generator.bytes(rows * 197, .bits)
            func fields(_ choice: KernelChoice) -> [Float] {
                let layer = Layer(
                    IntegerWeightProducts(
                        shape, format: format,
                        rounding: format == .byte ? WeightRounding(seed: 2, layer: 1) : nil,
                        kernels: choice))
                layer.load(parameters)
                var up = [Float](repeating: .nan, count: rows * 197)
                layer.upward(visible, rows: 0..<rows, into: &up)
                var down = [Float](repeating: .nan, count: rows * 531)
                layer.downward(hidden, encoding: .bits, rows: 0..<rows, into: &down)
                return up + down
            }
            #expect(
                fields(KernelChoice(only: kernel, because: "tested"))
                    == fields(KernelChoice(only: .oneDNN, because: "tested")),
                "\(format), \(rows) rows")
        }
    }

    @Test func oneDNNRunsEverywhereAndTablesOnTheirInstructions() {
        #expect(Self.kernels.contains(.oneDNN))
        let set = MatrixProducts.effectiveSet
        #expect(Self.kernels.contains(.avx2) == set.hasAVX2)
        #expect(Self.kernels.contains(.wide) == set.hasAVX512)
        #expect(!Self.kernels.contains(.wideVNNI) || Self.kernels.contains(.wide))
    }
}
