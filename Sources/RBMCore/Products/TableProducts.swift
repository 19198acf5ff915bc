import CBitProducts

/// Products of bits and signed integers of one or two bytes, by one of the kernels with tables.
///
/// A table holds the sums of all subsets of four or five integers, and four or five bits select one
/// sum. One load and one addition of 256 bits replace 64 or 80 products of words. VNNI's
/// instruction makes 32 products of bytes, and words need two instructions.
final class TableProducts {
    /// The least number of rows for which tables multiply bytes.
    ///
    /// Making the tables costs as much as looking up some 22 rows.
    static let leastRows = 12

    /// The least number of rows for which tables of five bits are worth making.
    private static let leastRowsForFives = 128

    /// How many columns of a product a thread computes at a time.
    ///
    /// Blocks are wide, because whatever follows on a row's sums costs a call for each block. They
    /// are narrow enough that every thread gets a block. They are multiples of 64, like the groups
    /// in which random numbers are made.
    static func blockColumns(of n: Int) -> Int {
        let share = (n + MatrixProducts.threads - 1) / MatrixProducts.threads
        return min(mostBlockColumns, (share + 63) / 64 * 64)
    }

    private static let mostBlockColumns = 256

    private var packed: [UInt64] = []
    /// The bits that select an entry of a table.
    private var group: Int32 = 4
    private let choice: KernelChoice
    #if arch(x86_64)
        /// The kernel for the left operand that was packed.
        private var kernel = BIT_PRODUCTS_AVX2
    #endif
    private let partialSums = ThreadScratch()
    private let collectedSums = ThreadScratch()

    /// - Parameter choice: Its kernels must use tables if anything is multiplied.
    init(_ choice: KernelChoice) { self.choice = choice }

    /// Takes over the left operand of the next products.
    ///
    /// - Parameter bits: Shape `[m, k]`.
    func pack(_ bits: Span<UInt8>, m: Int, k: Int) {
        precondition(bits.count == m * k, "\(bits.count) bits for \(m)×\(k)")
        prepare(m: m, k: k)
        #if arch(x86_64)
            unsafe bits.withUnsafeBufferPointer { bits in
                unsafe packed.withUnsafeMutableBufferPointer { packed in
                    unsafe bit_products_pack(bits.baseAddress!, m, k, packed.baseAddress!)
                }
            }
        #endif
    }

    /// Takes over the transpose of some columns as the left operand of the next products.
    ///
    /// - Parameter bits: Shape `[k, width]`.
    func pack(columns: Range<Int>, of bits: Span<UInt8>, width: Int, k: Int) {
        precondition(
            bits.count == k * width && columns.lowerBound >= 0 && columns.upperBound <= width,
            "columns \(columns) of \(bits.count) bits for \(k)×\(width)")
        prepare(m: columns.count, k: k)
        #if arch(x86_64)
            unsafe bits.withUnsafeBufferPointer { bits in
                unsafe packed.withUnsafeMutableBufferPointer { packed in
                    unsafe bit_products_pack_transposed(
                        bits.baseAddress!, width, columns.lowerBound, columns.count, k,
                        packed.baseAddress!)
                }
            }
        #endif
    }

    /// Chooses tables for a left operand and makes room for it.
    private func prepare(m: Int, k: Int) {
        #if arch(x86_64)
            guard let code = choice.kernel(rows: m).code else {
                preconditionFailure("no tables by the kernel \(choice.kernel(rows: m).name)")
            }
            kernel = code
            group = m < Self.leastRowsForFives ? 4 : 5
            let count = bit_products_packed_words(m, k)
            if packed.count < count { packed = Array(repeating: 0, count: count) }
            let sums = m * bit_products_columns(kernel)
            partialSums.reserve(bytes: sums * MemoryLayout<Int16>.stride)
            collectedSums.reserve(bytes: sums * MemoryLayout<Int32>.stride)
        #endif
    }

    /// Computes some columns of the product of the packed operand and integers.
    ///
    /// - Parameters:
    ///   - integers: Shape `[k, n]`, or `[n, k]` when transposed.
    ///   - sums: Shape `[m, stride]`; the first columns are written. Every sum must fit 16 bits where they
    ///     have so many.
    @unsafe
    func multiply<Integer: TableInteger, Sum: TableSum>(
        by integers: Span<Integer>, transposed: Bool, columns: Range<Int>,
        into sums: UnsafeMutablePointer<Sum>, stride: Int, m: Int, n: Int, k: Int
    ) {
        precondition(integers.count >= k * n, "\(integers.count) integers for \(k)×\(n)")
        #if arch(x86_64)
            unsafe integers.withUnsafeBufferPointer { integers in
                unsafe packed.withUnsafeBufferPointer { packed in
                    var right = unsafe Integer.operand(integers.baseAddress!)
                    unsafe right.n = n
                    unsafe right.k = k
                    unsafe right.is_transposed = transposed ? 1 : 0
                    let width = bit_products_columns(kernel)
                    let partial = unsafe partialSums.piece(of: m * width, Int16.self)
                    // Sums of rows that are near each other stay in a cache where they are.
                    let collected =
                        unsafe stride > Self.mostBlockColumns
                        ? collectedSums.piece(of: m * width, Int32.self).baseAddress : nil
                    let (first, end) = (columns.lowerBound, columns.upperBound)
                    for column in Swift.stride(from: first, to: end, by: width) {
                        var place = unsafe Sum.place(
                            sums + (column - first), stride: stride, collected: collected)
                        unsafe bit_products_multiply(
                            kernel, packed.baseAddress!, m, group, &right, column,
                            partial.baseAddress!, &place)
                    }
                }
            }
        #endif
    }
}

/// Integers in which sums of table entries are written.
protocol TableSum: FixedWidthInteger, BitwiseCopyable {
    #if arch(x86_64)
        @unsafe
        static func place(
            _ sums: UnsafeMutablePointer<Self>, stride: Int, collected: UnsafeMutablePointer<Int32>?
        ) -> bit_products_sums
    #endif
}

extension Int16: TableSum {
    #if arch(x86_64)
        @unsafe
        static func place(
            _ sums: UnsafeMutablePointer<Int16>, stride: Int,
            collected: UnsafeMutablePointer<Int32>?
        ) -> bit_products_sums {
            unsafe bit_products_sums(wide: nil, narrow: sums, stride: stride, collected: nil)
        }
    #endif
}

extension Int32: TableSum {
    #if arch(x86_64)
        @unsafe
        static func place(
            _ sums: UnsafeMutablePointer<Int32>, stride: Int,
            collected: UnsafeMutablePointer<Int32>?
        ) -> bit_products_sums {
            unsafe bit_products_sums(wide: sums, narrow: nil, stride: stride, collected: collected)
        }
    #endif
}

/// Integers from which tables can be made.
protocol TableInteger: FixedWidthInteger, BitwiseCopyable {
    #if arch(x86_64)
        /// Describes these integers as the right operand of a product; the caller still sets the
        /// shape.
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
