import Foundation
import TestSupport
import Testing

@testable import RBMCore

@Suite struct MatrixProductsTests {
    /// One, odd, prime, a multiple of 64, and beside it.
    private static let sizes = [1, 2, 3, 7, 16, 31, 63, 64, 65, 97, 128, 131]

    private func product(
        _ a: [UInt8], from start: Int = 0, _ b: [Int8], _ rightTransposed: Bool, _ m: Int,
        _ n: Int, _ k: Int
    ) -> [Int] {
        var c = [Int32](repeating: -7, count: m * n)
        var span = c.mutableSpan
        MatrixProducts.multiply(
            a.span, from: start, by: b.span, rightTransposed: rightTransposed, into: &span, m: m,
            n: n, k: k)
        return c.map { Int($0) }
    }

    private func product(
        columns: Range<Int>, of a: [UInt8], width: Int, _ b: [Int8], _ n: Int, _ k: Int
    ) -> [Int] {
        var c = [Int32](repeating: -7, count: columns.count * n)
        var span = c.mutableSpan
        MatrixProducts.multiply(
            columns: columns, of: a.span, width: width, by: b.span, into: &span, n: n, k: k)
        return c.map { Int($0) }
    }

    @Test(arguments: [false, true])
    func integerProductsAreExact(rightTransposed: Bool) {
        var generator = TestGenerator(seed: 10)
        for _ in 0..<40 {
            let (m, n, k) = (
                Self.sizes.randomElement(using: &generator)!,
                Self.sizes.randomElement(using: &generator)!,
                Self.sizes.randomElement(using: &generator)!
            )
            let offset = Int.random(in: 0...70, using: &generator)
            let a = generator.bytes(offset + m * k, .levels)
            let b = (0..<(k * n)).map { _ in Int8.random(in: -128...127, using: &generator) }
            let exact = naiveProduct(
                a[offset...].map { Int($0) }, false, b.map { Int($0) }, rightTransposed, m, n, k)
            #expect(
                product(a, from: offset, b, rightTransposed, m, n, k) == exact,
                "m \(m), n \(n), k \(k), offset \(offset)")
        }
    }

    @Test func integerProductsOfColumnsAreExact() {
        var generator = TestGenerator(seed: 12)
        for _ in 0..<40 {
            let (width, n, k) = (
                Self.sizes.randomElement(using: &generator)!,
                Self.sizes.randomElement(using: &generator)!,
                Self.sizes.randomElement(using: &generator)!
            )
            let first = Int.random(in: 0..<width, using: &generator)
            let columns = first..<Int.random(in: first...width, using: &generator)
            let a = generator.bytes(k * width, .levels)
            let b = (0..<(k * n)).map { _ in Int8.random(in: -128...127, using: &generator) }
            let left = (0..<k).flatMap { row in columns.map { Int(a[row * width + $0]) } }
            #expect(
                product(columns: columns, of: a, width: width, b, n, k)
                    == naiveProduct(left, true, b.map { Int($0) }, false, columns.count, n, k),
                "columns \(columns) of \(width), n \(n), k \(k)")
        }
    }

    /// 127 times −128 and 127: where pairs of products would saturate 16 bits, were a byte larger.
    @Test(arguments: [-128, 127] as [Int8], [1, 5, 64, 1000])
    func extremeValuesAreExact(weight: Int8, depth: Int) {
        for (m, n) in [(1, 1), (1, 33), (17, 1), (33, 65)] {
            let a = [UInt8](repeating: 127, count: m * depth)
            let b = [Int8](repeating: weight, count: depth * n)
            for c in [
                product(a, b, false, m, n, depth), product(a, b, true, m, n, depth),
                product(columns: 0..<m, of: a, width: m, b, n, depth),
            ] {
                #expect(c.allSatisfy { $0 == 127 * Int(weight) * depth })
            }
        }
    }

    @Test func aProductOfDepthZeroIsZeroAndOneOverNoRowsIsNothing() {
        #expect(product([], [], false, 2, 3, 0) == [0, 0, 0, 0, 0, 0])
        #expect(product([], [1, 2], false, 0, 2, 1) == [])
        var c: [Float] = [1, 1]
        var span = c.mutableSpan
        let empty: [Float] = []
        MatrixProducts.multiply(empty.span, by: empty.span, into: &span, m: 1, n: 2, k: 0)
        #expect(c == [0, 0])
    }

    @Test(arguments: [(false, false), (false, true), (true, false)])
    func floatProductsAgreeWithDoubles(leftTransposed: Bool, rightTransposed: Bool) {
        var generator = TestGenerator(seed: 11)
        for _ in 0..<20 {
            let (m, n, k) = (
                Self.sizes.randomElement(using: &generator)!,
                Self.sizes.randomElement(using: &generator)!,
                Self.sizes.randomElement(using: &generator)!
            )
            // Multiples of 2⁻⁶ below 1: every sum of products is a float, in any order.
            func values(_ count: Int) -> [Int] {
                (0..<count).map { _ in Int.random(in: -63...63, using: &generator) }
            }
            let (a, b) = (values(m * k), values(k * n))
            let (left, right) = (a.map { Float($0) / 64 }, b.map { Float($0) / 64 })
            var c = [Float](repeating: .nan, count: m * n)
            var span = c.mutableSpan
            if leftTransposed {
                MatrixProducts.multiply(
                    columns: 0..<m, of: left.span, width: m, by: right.span, into: &span, n: n, k: k
                )
            } else {
                MatrixProducts.multiply(
                    left.span, by: right.span, rightTransposed: rightTransposed, into: &span, m: m,
                    n: n, k: k)
            }
            let exact = naiveProduct(a, leftTransposed, b, rightTransposed, m, n, k)
            #expect(c == exact.map { Float($0) / 4096 }, "m \(m), n \(n), k \(k)")
        }
    }

    @Test func aShapeThatDoesNotFitItsStorageTraps() async {
        await #expect(processExitsWith: .failure) {
            let a: [UInt8] = [1, 2, 3, 4]
            let b: [Int8] = [1, 2, 3, 4]
            var c = [Int32](repeating: 0, count: 4)
            var span = c.mutableSpan
            MatrixProducts.multiply(a.span, from: 1, by: b.span, into: &span, m: 2, n: 2, k: 2)
        }
    }

    @Test func theLibraryNamesItself() {
        #expect(MatrixProducts.libraryVersion.split(separator: ".").count == 3)
        #expect(!MatrixProducts.instructionSet.isEmpty)
        #expect(MatrixProducts.threads >= 1)
    }

    // MARK: Other instruction sets and thread counts

    /// What a run of the probe must print whatever it runs on.
    private static let reference = Result { try ArithmeticProbe.run() }

    /// oneDNN reads its variable once, so every instruction set is a process of its own.
    @Test(.launches, arguments: ["SSE41", "AVX2", "AVX512_CORE", "DEFAULT"], [1, 2])
    func productsAndTrainingAreTheSameOnEveryInstructionSet(isa: String, threads: Int) throws {
        let reference = try Self.reference.get()
        let run = try ArithmeticProbe.run([
            "ONEDNN_MAX_CPU_ISA": isa, "OMP_NUM_THREADS": "\(threads)",
        ])
        #expect(run.threads == threads)
        switch isa {
        case "SSE41": #expect(run.instructionSet == "SSE4.1")
        case "AVX2": #expect(["SSE4.1", "AVX", "AVX2"].contains(run.instructionSet))
        default: break
        }
        #expect(run.checksums == reference.checksums)
        // One line for the products, one for each precision, rule, kind of unit and kind of data.
        #expect(run.checksums.count == 25)
        #expect(Set(run.checksums).count == 25)
    }

    /// Training by each kernel gives the same bits.
    @Test(.launches, arguments: IntegerKernel.runnable, [1, 2])
    func productsAndTrainingAreTheSameByEveryKernel(kernel: IntegerKernel, threads: Int) throws {
        let run = try ArithmeticProbe.run([
            KernelChoice.variable: kernel.name, "OMP_NUM_THREADS": "\(threads)",
        ])
        #expect(run.checksums == (try Self.reference.get().checksums))
    }
}
