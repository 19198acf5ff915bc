import COneDNN

/// The matrix products of the trainer, both by oneDNN: one in 8-bit integers and one in float32.
///
/// All matrices are row-major and dense. A call with no rows does nothing. A shape that does not
/// fit its storage traps.
public enum MatrixProducts {
    /// Sets the number of threads of the products that the calling thread starts from now on.
    ///
    /// OpenMP keeps this number for each thread: a thread that is made later begins with the
    /// default again. Results in integers do not depend on it.
    public static func setThreads(_ count: Int) { omp_set_num_threads(Int32(count)) }

    /// The number of threads of a product that the calling thread starts.
    public static var threads: Int { Int(omp_get_max_threads()) }

    /// oneDNN's version, such as 2.6.3.
    public static var libraryVersion: String {
        guard let version = unsafe dnnl_version() else { return "unknown" }
        return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch)"
    }

    /// The CPU level for which Wilson's own loops were compiled, such as x86-64-v3.
    public static var compiledTarget: String { unsafe String(cString: compiled_cpu_target()) }

    /// The instruction set for which oneDNN generates code on this machine.
    public static var instructionSet: String { effectiveSet.description }

    static var effectiveSet: InstructionSet {
        InstructionSet(code: Int(dnnl_get_effective_cpu_isa().rawValue))
    }

    /// c ← a·b in exact integers.
    ///
    /// - Parameters:
    ///   - a: Bytes 0…127, shape `[m, k]`.
    ///   - b: Signed bytes, shape `[k, n]`, or `[n, k]` when transposed.
    ///   - c: Shape `[m, n]`, overwritten.
    ///   - aStart: Where a's first element is.
    public static func multiply(
        _ a: Span<UInt8>, from aStart: Int = 0, by b: Span<Int8>, rightTransposed: Bool = false,
        into c: inout MutableSpan<Int32>, m: Int, n: Int, k: Int
    ) {
        precondition(
            aStart >= 0 && a.count >= aStart + m * k && b.count >= k * n && c.count >= m * n,
            "shapes: a \(a.count), b \(b.count), c \(c.count) for m \(m), n \(n), k \(k)")
        let left = LeftOperand(start: aStart, stride: k, isTransposed: false)
        multiply(a, left, by: b, rightTransposed: rightTransposed, into: &c, m: m, n: n, k: k)
    }

    /// c ← (some columns of a)ᵀ·b in exact integers.
    ///
    /// - Parameters:
    ///   - a: Bytes 0…127, shape `[k, width]`.
    ///   - b: Signed bytes, shape `[k, n]`.
    ///   - c: Shape `[columns.count, n]`, overwritten.
    public static func multiply(
        columns: Range<Int>, of a: Span<UInt8>, width: Int, by b: Span<Int8>,
        into c: inout MutableSpan<Int32>, n: Int, k: Int
    ) {
        let left = LeftOperand(
            columns: columns, width: width, counts: (a.count, b.count, c.count), n: n, k: k)
        multiply(
            a, left, by: b, rightTransposed: false, into: &c, m: columns.count, n: n, k: k)
    }

    /// Where a left operand lies.
    private struct LeftOperand {
        let start: Int
        let stride: Int
        let isTransposed: Bool

        init(start: Int, stride: Int, isTransposed: Bool) {
            self.start = start
            self.stride = stride
            self.isTransposed = isTransposed
        }

        /// Describes some columns of a, transposed.
        ///
        /// Traps if an operand has too few elements.
        init(
            columns: Range<Int>, width: Int, counts: (a: Int, b: Int, c: Int), n: Int, k: Int
        ) {
            precondition(
                columns.lowerBound >= 0 && columns.upperBound <= width && counts.a >= k * width
                    && counts.b >= k * n && counts.c >= columns.count * n,
                "shapes: columns \(columns) of a \(counts.a), b \(counts.b), c \(counts.c) for "
                    + "width \(width), n \(n), k \(k)")
            self.init(start: columns.lowerBound, stride: width, isTransposed: true)
        }
    }

    private static func multiply(
        _ a: Span<UInt8>, _ left: LeftOperand, by b: Span<Int8>, rightTransposed: Bool,
        into c: inout MutableSpan<Int32>, m: Int, n: Int, k: Int
    ) {
        guard m > 0, n > 0 else { return }
        guard k > 0 else {
            for i in 0..<(m * n) { c[i] = 0 }
            return
        }
        let status = unsafe a.withUnsafeBufferPointer { a in
            unsafe b.withUnsafeBufferPointer { b in
                unsafe c.withUnsafeMutableBufferPointer { c in
                    var zero: Int32 = 0
                    return unsafe dnnl_gemm_u8s8s32(
                        CChar(left.isTransposed ? 84 : 78), CChar(rightTransposed ? 84 : 78),
                        CChar(70),
                        dnnl_dim_t(m), dnnl_dim_t(n), dnnl_dim_t(k), 1,
                        a.baseAddress! + left.start, dnnl_dim_t(left.stride), 0,
                        b.baseAddress!, dnnl_dim_t(rightTransposed ? k : n), 0,
                        0, c.baseAddress!, dnnl_dim_t(n), &zero)
                }
            }
        }
        precondition(status == dnnl_success, "oneDNN refused an 8-bit product: status \(status)")
    }

    /// c ← a·b in float32; the last bits depend on the CPU, the shape and the threads.
    ///
    /// - Parameters:
    ///   - a: Shape `[m, k]`.
    ///   - b: Shape `[k, n]`, or `[n, k]` when transposed.
    ///   - c: Shape `[m, n]`, overwritten.
    public static func multiply(
        _ a: Span<Float>, by b: Span<Float>, rightTransposed: Bool = false,
        into c: inout MutableSpan<Float>, m: Int, n: Int, k: Int
    ) {
        precondition(
            a.count >= m * k && b.count >= k * n && c.count >= m * n,
            "shapes: a \(a.count), b \(b.count), c \(c.count) for m \(m), n \(n), k \(k)")
        let left = LeftOperand(start: 0, stride: k, isTransposed: false)
        multiply(a, left, by: b, rightTransposed: rightTransposed, into: &c, m: m, n: n, k: k)
    }

    /// c ← (some columns of a)ᵀ·b in float32.
    ///
    /// - Parameters:
    ///   - a: Shape `[k, width]`.
    ///   - b: Shape `[k, n]`.
    ///   - c: Shape `[columns.count, n]`, overwritten.
    public static func multiply(
        columns: Range<Int>, of a: Span<Float>, width: Int, by b: Span<Float>,
        into c: inout MutableSpan<Float>, n: Int, k: Int
    ) {
        let left = LeftOperand(
            columns: columns, width: width, counts: (a.count, b.count, c.count), n: n, k: k)
        multiply(
            a, left, by: b, rightTransposed: false, into: &c, m: columns.count, n: n, k: k)
    }

    private static func multiply(
        _ a: Span<Float>, _ left: LeftOperand, by b: Span<Float>, rightTransposed: Bool,
        into c: inout MutableSpan<Float>, m: Int, n: Int, k: Int
    ) {
        guard m > 0, n > 0 else { return }
        guard k > 0 else {
            for i in 0..<(m * n) { c[i] = 0 }
            return
        }
        let status = unsafe a.withUnsafeBufferPointer { a in
            unsafe b.withUnsafeBufferPointer { b in
                unsafe c.withUnsafeMutableBufferPointer { c in
                    unsafe dnnl_sgemm(
                        CChar(left.isTransposed ? 84 : 78), CChar(rightTransposed ? 84 : 78),
                        dnnl_dim_t(m), dnnl_dim_t(n), dnnl_dim_t(k), 1,
                        a.baseAddress! + left.start, dnnl_dim_t(left.stride),
                        b.baseAddress!, dnnl_dim_t(rightTransposed ? k : n),
                        0, c.baseAddress!, dnnl_dim_t(n))
                }
            }
        }
        precondition(status == dnnl_success, "oneDNN refused a product: status \(status)")
    }
}
