import CBitProducts

/// Products of bits and signed integers of one or two bytes, from tables of all sums of four or five
/// of them, by AVX2.
///
/// AVX2 has no 8-bit dot product with 32-bit sums, so oneDNN spends three instructions on 32
/// products; a table makes 64 or 80 of them one load and one addition. With VNNI oneDNN needs one
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

    /// Making the tables costs as much as to look up some 22 rows.
    static let leastRows = 12

    /// From so many rows on tables of five bits are worth making.
    private static let leastRowsForFives = 128

    /// The columns of the product that are computed at a time.
    static let blockColumns = 2 * Int(BIT_PRODUCTS_COLUMNS)

    private var codes: [UInt8] = []
    /// The bits of a code.
    private var group: Int32 = 4
    private let partialSums = ThreadScratch()

    init() {}

    /// Takes over the left operand of the next products.
    ///
    /// - Parameter bits: Shape `[m, k]`.
    func encode(_ bits: Span<UInt8>, m: Int, k: Int) {
        precondition(bits.count == m * k, "\(bits.count) bits for \(m)×\(k)")
        prepare(m: m, k: k)
        #if arch(x86_64)
            unsafe bits.withUnsafeBufferPointer { bits in
                unsafe codes.withUnsafeMutableBufferPointer { codes in
                    unsafe bit_products_encode(bits.baseAddress!, m, k, group, codes.baseAddress!)
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
        prepare(m: columns.count, k: k)
        #if arch(x86_64)
            unsafe bits.withUnsafeBufferPointer { bits in
                unsafe codes.withUnsafeMutableBufferPointer { codes in
                    unsafe bit_products_encode_transposed(
                        bits.baseAddress!, width, columns.lowerBound, columns.count, k, group,
                        codes.baseAddress!)
                }
            }
        #endif
    }

    /// Chooses tables for a left operand and makes room for it.
    private func prepare(m: Int, k: Int) {
        #if arch(x86_64)
            group = m < Self.leastRowsForFives ? 4 : 5
            let count = bit_products_code_bytes(m, k)
            if codes.count < count { codes = Array(repeating: 0, count: count) }
            partialSums.reserve(
                bytes: m * Int(BIT_PRODUCTS_COLUMNS) * MemoryLayout<Int16>.stride)
        #endif
    }

    /// Computes one block of columns of the product of the encoded operand and integers.
    ///
    /// - Parameters:
    ///   - integers: Shape `[k, n]`, or `[n, k]` when transposed.
    ///   - column: The block's first.
    ///   - sums: Shape `[m, stride]`, of which the block's columns are written.
    @unsafe
    func multiply<Integer: TableInteger>(
        by integers: Span<Integer>, transposed: Bool, column: Int,
        into sums: UnsafeMutablePointer<Int32>, stride: Int, m: Int, n: Int, k: Int
    ) {
        precondition(integers.count >= k * n, "\(integers.count) integers for \(k)×\(n)")
        #if arch(x86_64)
            unsafe integers.withUnsafeBufferPointer { integers in
                unsafe codes.withUnsafeBufferPointer { codes in
                    var right = unsafe Integer.operand(integers.baseAddress!)
                    unsafe right.n = n
                    unsafe right.k = k
                    unsafe right.is_transposed = transposed ? 1 : 0
                    let width = Int(BIT_PRODUCTS_COLUMNS)
                    let partial = unsafe partialSums.piece(of: m * width, Int16.self)
                    let end = min(column + Self.blockColumns, n)
                    for part in Swift.stride(from: column, to: end, by: width) {
                        unsafe bit_products_multiply(
                            codes.baseAddress!, m, group, &right, part, partial.baseAddress!,
                            sums + (part - column), stride)
                    }
                }
            }
        #endif
    }
}

/// Integers of which tables can be made.
protocol TableInteger: FixedWidthInteger, BitwiseCopyable {
    #if arch(x86_64)
        /// These integers as the right operand of a product, of a shape that is still to be set.
        @unsafe
        static func operand(_ integers: UnsafePointer<Self>) -> bit_products_right
    #endif
}

extension Int8: TableInteger {
    #if arch(x86_64)
        @unsafe
        static func operand(_ integers: UnsafePointer<Int8>) -> bit_products_right {
            unsafe bit_products_right(
                words: nil, bytes: integers, n: 0, k: 0, is_transposed: 0)
        }
    #endif
}

extension Int16: TableInteger {
    #if arch(x86_64)
        @unsafe
        static func operand(_ integers: UnsafePointer<Int16>) -> bit_products_right {
            unsafe bit_products_right(
                words: integers, bytes: nil, n: 0, k: 0, is_transposed: 0)
        }
    #endif
}
