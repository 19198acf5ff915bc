import CBitProducts

/// Exact products of bits and signed bytes: AVX2's own kernel, or oneDNN where that is faster.
///
/// AVX2 has no 8-bit dot product with 32-bit sums, so oneDNN spends three instructions where bits
/// need two: a bit times a byte fits 16 bits 128 times over. With VNNI oneDNN needs one.
public final class BitProducts {
    /// Whether products go through the kernel: oneDNN uses AVX2, or AVX-512 without VNNI.
    static let usesKernel: Bool = {
        #if arch(x86_64)
            [InstructionSet.avx2, .avx512].contains(MatrixProducts.effectiveSet)
        #else
            false
        #endif
    }()

    private var words: [UInt32] = []
    private var panels: [Int8] = []

    public init() {}

    /// product ← bits·bytes.
    ///
    /// - Parameters:
    ///   - bits: Bytes 0 or 1, shape `[m, k]`, or `[k, m]` when transposed.
    ///   - start: Where the first bit is.
    ///   - bytes: Shape `[k, n]`, or `[n, k]` when transposed.
    ///   - product: Shape `[m, n]`, overwritten.
    public func multiply(
        _ bits: Span<UInt8>, from start: Int = 0, leftTransposed: Bool = false,
        by bytes: Span<Int8>, rightTransposed: Bool = false,
        into product: inout MutableSpan<Int32>, m: Int, n: Int, k: Int
    ) {
        guard Self.usesKernel, m > 0, n > 0, k > 0 else {
            MatrixProducts.multiply(
                bits, from: start, leftTransposed: leftTransposed, by: bytes,
                rightTransposed: rightTransposed, into: &product, m: m, n: n, k: k)
            return
        }
        precondition(
            start >= 0 && bits.count >= start + m * k && bytes.count >= k * n
                && product.count >= m * n,
            "shapes: bits \(bits.count), bytes \(bytes.count), product \(product.count) for m \(m), "
                + "n \(n), k \(k)")
        #if arch(x86_64)
            expand(bits.extracting(start..<(start + m * k)), transposed: leftTransposed, m: m, k: k)
            pack(bytes, transposed: rightTransposed, n: n, k: k)
            multiply(wordsTransposed: leftTransposed, into: &product, m: m, n: n, k: k)
        #endif
    }

    #if arch(x86_64)
        private func expand(_ bits: Span<UInt8>, transposed: Bool, m: Int, k: Int) {
            let count = m * ((k + 1) / 2)
            if words.count < count { words = Array(repeating: 0, count: count) }
            unsafe bits.withUnsafeBufferPointer { bits in
                unsafe words.withUnsafeMutableBufferPointer { words in
                    if transposed {
                        unsafe bit_products_expand_transposed(
                            bits.baseAddress!, m, k, words.baseAddress!)
                    } else {
                        unsafe bit_products_expand(bits.baseAddress!, m, k, words.baseAddress!)
                    }
                }
            }
        }

        private func pack(_ bytes: Span<Int8>, transposed: Bool, n: Int, k: Int) {
            let count = (n + Self.panel - 1) / Self.panel
            let size = count * ((k + 1) / 2) * 2 * Self.panel
            if panels.count < size { panels = Array(repeating: 0, count: size) }
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe panels.withUnsafeMutableBufferPointer { panels in
                    inParallel(over: count, atLeast: 4) { part in
                        let (first, end) = (part.lowerBound, part.upperBound)
                        if transposed {
                            unsafe bit_products_pack_transposed(
                                bytes.baseAddress!, k, n, first, end, panels.baseAddress!)
                        } else {
                            unsafe bit_products_pack(
                                bytes.baseAddress!, k, n, first, end, panels.baseAddress!)
                        }
                    }
                }
            }
        }

        private func multiply(
            wordsTransposed: Bool, into product: inout MutableSpan<Int32>, m: Int, n: Int, k: Int
        ) {
            let pairs = (k + 1) / 2
            unsafe words.withUnsafeBufferPointer { words in
                unsafe panels.withUnsafeBufferPointer { panels in
                    unsafe product.withUnsafeMutableBufferPointer { product in
                        inParallel(over: m, atLeast: 6) { rows in
                            unsafe bit_products_multiply(
                                words.baseAddress!, wordsTransposed ? 1 : pairs,
                                wordsTransposed ? m : 1, panels.baseAddress!,
                                product.baseAddress!, rows.lowerBound, rows.upperBound, n, pairs)
                        }
                    }
                }
            }
        }

        private static let panel = Int(BIT_PRODUCTS_PANEL)
    #endif
}
