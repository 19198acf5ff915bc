import COpenBLAS
import RBMCore

/// A library that multiplies float32 matrices.
enum FloatLibrary: String, CaseIterable {
    case oneDNN
    case openBLAS = "OpenBLAS"

    /// c ← a·b for dense row-major matrices, of which none is empty.
    ///
    /// - Parameters:
    ///   - a: Shape `[m, k]`, or `[k, m]` when transposed.
    ///   - aStart: Where a's first element is.
    ///   - b: Shape `[k, n]`, or `[n, k]` when transposed; at most one of both is.
    ///   - c: Shape `[m, n]`, overwritten.
    func multiply(
        _ a: [Float], from aStart: Int = 0, leftTransposed: Bool = false,
        by b: [Float], rightTransposed: Bool = false, into c: inout [Float],
        m: Int, n: Int, k: Int
    ) {
        precondition(
            a.count >= aStart + m * k && b.count >= k * n && c.count >= m * n,
            "shapes: a \(a.count), b \(b.count), c \(c.count) for m \(m), n \(n), k \(k)")
        precondition(!(leftTransposed && rightTransposed), "both operands are transposed")
        switch self {
        case .oneDNN:
            var result = c.mutableSpan
            if leftTransposed {
                MatrixProducts.multiply(
                    columns: 0..<m, of: a.span.extracting(aStart...), width: m, by: b.span,
                    into: &result, n: n, k: k)
            } else {
                MatrixProducts.multiply(
                    a.span.extracting(aStart...), by: b.span, rightTransposed: rightTransposed,
                    into: &result, m: m, n: n, k: k)
            }
        case .openBLAS:
            unsafe a.withUnsafeBufferPointer { a in
                unsafe b.withUnsafeBufferPointer { b in
                    unsafe c.withUnsafeMutableBufferPointer { c in
                        unsafe cblas_sgemm(
                            CblasRowMajor, leftTransposed ? CblasTrans : CblasNoTrans,
                            rightTransposed ? CblasTrans : CblasNoTrans, Int32(m), Int32(n),
                            Int32(k), 1, a.baseAddress! + aStart, Int32(leftTransposed ? m : k),
                            b.baseAddress!, Int32(rightTransposed ? k : n), 0, c.baseAddress!,
                            Int32(n))
                    }
                }
            }
        }
    }

    /// Gives OpenBLAS as many threads as oneDNN has; each library has threads of its own.
    static func alignThreads() { openblas_set_num_threads(Int32(MatrixProducts.threads)) }
}

/// The float32 products of one step on one rank, and nothing else.
///
/// They come in the order of the step and work on arrays as it has them, so that caches hold the same.
/// The statistics of both phases are one product of twice the depth, as in the trainer: that is faster
/// than two.
struct FloatRoofline {
    private let visibleUnits: Int
    private let hiddenUnits: Int
    private let rows: Int
    private let sweeps: Int

    /// Both phases, shape `[2·rows, visible]`.
    let visible: [Float]
    /// Both phases, shape `[2·rows, hidden]`.
    let means: [Float]
    /// Shape `[rows, hidden]`.
    let hiddenStates: [Float]
    /// Shape `[visible, hidden]`.
    let weights: [Float]

    /// Of the positive and of the negative phase, shape `[rows, hidden]` each.
    private(set) var upward: [[Float]]
    /// Shape `[rows, visible]`.
    private(set) var downward: [Float]
    /// Shape `[visible, hidden]`.
    private(set) var statistics: [Float]

    /// - Parameter rows: The rows of this rank in each phase.
    init(_ benchmark: StepBenchmark, rows: Int) {
        visibleUnits = benchmark.visible
        hiddenUnits = benchmark.hidden
        self.rows = rows
        sweeps = benchmark.negativePhase.sweeps
        visible = (0..<(2 * rows * visibleUnits)).map { $0 % 5 == 0 ? 1 : 0 }
        means = (0..<(2 * rows * hiddenUnits)).map { 0.3 + 0.1 * Float($0 % 7) }
        hiddenStates = (0..<(rows * hiddenUnits)).map { Float($0 % 2) }
        weights = (0..<(visibleUnits * hiddenUnits)).map { 0.01 * Float($0 % 11 - 5) }
        upward = Array(repeating: Array(repeating: 1, count: rows * hiddenUnits), count: 2)
        downward = Array(repeating: 1, count: rows * visibleUnits)
        statistics = Array(repeating: 1, count: visibleUnits * hiddenUnits)
    }

    /// Makes the products of a step once; without rows there are none.
    mutating func run(_ library: FloatLibrary) -> ProductTimes {
        guard rows > 0 else { return ProductTimes(products: 0, statistics: 0) }
        let start = ContinuousClock.now
        goUp(phase: 0, library)
        for _ in 0..<sweeps {
            library.multiply(
                hiddenStates, by: weights, rightTransposed: true, into: &downward,
                m: rows, n: visibleUnits, k: hiddenUnits)
            goUp(phase: 1, library)
        }
        let products = (.now - start) / .seconds(1)
        let middle = ContinuousClock.now
        library.multiply(
            visible, leftTransposed: true, by: means, into: &statistics,
            m: visibleUnits, n: hiddenUnits, k: 2 * rows)
        return ProductTimes(products: products, statistics: (.now - middle) / .seconds(1))
    }

    private mutating func goUp(phase: Int, _ library: FloatLibrary) {
        library.multiply(
            visible, from: phase * rows * visibleUnits, by: weights, into: &upward[phase],
            m: rows, n: hiddenUnits, k: visibleUnits)
    }
}
