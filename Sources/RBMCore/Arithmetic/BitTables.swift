import CBitProducts

/// Products of bits and signed bytes from tables of all sums of four bytes, by AVX2.
///
/// AVX2 has no 8-bit dot product with 32-bit sums, so oneDNN spends three instructions on 32
/// products; a table makes 64 of them one load and one addition. With VNNI oneDNN needs one
/// instruction, and there are no tables.
final class BitTables {
    /// Whether this machine is one for tables: oneDNN uses AVX2, or AVX-512 without VNNI.
    static let areFaster: Bool = {
        #if arch(x86_64)
            [InstructionSet.avx2, .avx512].contains(MatrixProducts.effectiveSet)
        #else
            false
        #endif
    }()

    /// Making the tables costs as much as to look up some 25 rows.
    static let leastRows = 12

    /// The columns of the product that are computed at a time.
    static let blockColumns = Int(BIT_PRODUCTS_COLUMNS)

    private var codes: [UInt8] = []
    private let partialSums = ThreadScratch()

    init() {}

    /// Takes over the left operand of the next products.
    ///
    /// - Parameter bits: Shape `[m, k]`.
    func encode(_ bits: Span<UInt8>, m: Int, k: Int) {
        precondition(bits.count == m * k, "\(bits.count) bits for \(m)×\(k)")
        reserve(m: m, k: k)
        #if arch(x86_64)
            unsafe bits.withUnsafeBufferPointer { bits in
                unsafe codes.withUnsafeMutableBufferPointer { codes in
                    unsafe bit_products_encode(bits.baseAddress!, m, k, codes.baseAddress!)
                }
            }
        #endif
    }

    /// Takes over the transpose of some columns as the left operand of the next products.
    ///
    /// - Parameter bits: Shape `[k, width]`.
    func encode(columns: Range<Int>, of bits: Span<UInt8>, width: Int, k: Int) {
        precondition(
            bits.count == k * width && columns.lowerBound >= 0 && columns.upperBound <= width,
            "columns \(columns) of \(bits.count) bits for \(k)×\(width)")
        reserve(m: columns.count, k: k)
        #if arch(x86_64)
            unsafe bits.withUnsafeBufferPointer { bits in
                unsafe codes.withUnsafeMutableBufferPointer { codes in
                    unsafe bit_products_encode_transposed(
                        bits.baseAddress!, width, columns.lowerBound, columns.count, k,
                        codes.baseAddress!)
                }
            }
        #endif
    }

    private func reserve(m: Int, k: Int) {
        #if arch(x86_64)
            let count = bit_products_code_bytes(m, k)
            if codes.count < count { codes = Array(repeating: 0, count: count) }
            partialSums.reserve(bytes: m * Self.blockColumns * MemoryLayout<Int16>.stride)
        #endif
    }

    /// Computes one block of columns of the product of the encoded operand and bytes.
    ///
    /// - Parameters:
    ///   - bytes: Shape `[k, n]`, or `[n, k]` when transposed.
    ///   - column: The block's first.
    ///   - sums: Shape `[m, stride]`, of which the block's columns are written.
    @unsafe
    func multiply(
        by bytes: Span<Int8>, transposed: Bool, column: Int, into sums: UnsafeMutablePointer<Int32>,
        stride: Int, m: Int, n: Int, k: Int
    ) {
        precondition(bytes.count >= k * n, "\(bytes.count) bytes for \(k)×\(n)")
        #if arch(x86_64)
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe codes.withUnsafeBufferPointer { codes in
                    var right = unsafe bit_products_bytes(
                        bytes: bytes.baseAddress!, n: n, k: k, is_transposed: transposed ? 1 : 0)
                    let partial = unsafe partialSums.piece(of: m * Self.blockColumns, Int16.self)
                    unsafe bit_products_multiply(
                        codes.baseAddress!, m, &right, column, partial.baseAddress!, sums, stride)
                }
            }
        #endif
    }
}
