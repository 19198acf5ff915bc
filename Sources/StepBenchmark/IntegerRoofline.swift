import RBMCore

extension ArithmeticKind {
    /// The bytes of a rounded weight; 0 in float32.
    var bytesOfWeight: Int {
        switch self {
        case .integer: 2
        case .integerOneByte: 1
        case .float32: 0
        }
    }
}

/// The products of bits and integers of one step on one rank, and nothing else.
///
/// A product by the weights is one product by words, or one for each byte of a weight. The statistics
/// are one product.
struct IntegerRoofline {
    private let visibleUnits: Int
    private let hiddenUnits: Int
    private let rows: Int
    private let sweeps: Int
    private let byteProducts = IntegerProducts()

    /// Both phases, shape `[2·rows, visible]`.
    private let visible: [UInt8]
    /// Shape `[rows, hidden]`.
    private let hiddenStates: [UInt8]
    /// Both phases, shape `[2·rows, hidden]`.
    private let means: [Int8]
    /// The weights as words, shape `[visible, hidden]`; empty where they are multiplied byte by byte.
    private let words: [Int16]
    /// The weights' bytes, one array for each byte, shape `[visible, hidden]`; no array beside words.
    private let weights: [[Int8]]

    /// The results for each byte of a weight, shape `[rows, visible]` or `[rows, hidden]`.
    private var sums: [[Int32]]
    /// Shape `[visible, hidden]`; either these or the sums in 16 bits are in use, as in the trainer.
    private var statistics: [Int32] = []
    private var shortStatistics: [Int16] = []

    /// - Parameter rows: The rows of this rank in each phase.
    init(_ benchmark: StepBenchmark, rows: Int) {
        visibleUnits = benchmark.visible
        hiddenUnits = benchmark.hidden
        self.rows = rows
        sweeps = benchmark.negativePhase.sweeps
        let weightCount = visibleUnits * hiddenUnits
        visible = (0..<(2 * rows * visibleUnits)).map { $0 % 5 == 0 ? 1 : 0 }
        hiddenStates = (0..<(rows * hiddenUnits)).map { UInt8($0 % 2) }
        means = (0..<(2 * rows * hiddenUnits)).map { Int8($0 % 255 - 127) }
        let hasWords = benchmark.arithmetic == .integer && byteProducts.multipliesWords
        words = (0..<(hasWords ? weightCount : 0)).map { Int16($0 % 129 - 64) }
        let bytes = hasWords ? 0 : benchmark.arithmetic.bytesOfWeight
        weights = [251, 7].prefix(bytes).map { period in
            (0..<weightCount).map { Int8($0 % period - period / 2) }
        }
        let widest = max(visibleUnits, hiddenUnits)
        sums = Array(repeating: Array(repeating: 1, count: rows * widest), count: max(1, bytes))
        if benchmark.hasShortProducts {
            shortStatistics = Array(repeating: 1, count: weightCount)
        } else {
            statistics = Array(repeating: 1, count: weightCount)
        }
    }

    /// Makes the products of a step once; without rows there are none.
    mutating func run() -> ProductTimes {
        guard rows > 0 else { return ProductTimes(products: 0, statistics: 0) }
        let start = ContinuousClock.now
        goUp(from: 0)
        for _ in 0..<sweeps {
            multiply(hiddenStates, transposed: true, n: visibleUnits, k: hiddenUnits)
            goUp(from: rows)
        }
        let products = (.now - start) / .seconds(1)
        let middle = ContinuousClock.now
        if shortStatistics.isEmpty {
            multiplyColumns(
                byteProducts, visible, by: means, into: &statistics, m: visibleUnits,
                n: hiddenUnits, k: 2 * rows)
        } else {
            multiplyColumns(
                byteProducts, visible, by: means, into: &shortStatistics, m: visibleUnits,
                n: hiddenUnits, k: 2 * rows)
        }
        return ProductTimes(products: products, statistics: (.now - middle) / .seconds(1))
    }

    private mutating func goUp(from row: Int) {
        multiply(visible, from: row * visibleUnits, n: hiddenUnits, k: visibleUnits)
    }

    /// Multiplies some rows of bits by the weights, as the trainer's arithmetic does.
    private mutating func multiply(
        _ bits: [UInt8], from start: Int = 0, transposed: Bool = false, n: Int, k: Int
    ) {
        if !words.isEmpty {
            product(
                byteProducts, bits, from: start, by: words, transposed: transposed, into: &sums[0],
                m: rows, n: n, k: k)
        }
        for half in weights.indices {
            product(
                byteProducts, bits, from: start, by: weights[half], transposed: transposed,
                into: &sums[half], m: rows, n: n, k: k)
        }
    }
}

/// c ← a·b as the trainer's arithmetic computes it, on arrays of words.
private func product(
    _ products: IntegerProducts, _ a: [UInt8], from start: Int, by b: [Int16], transposed: Bool,
    into c: inout [Int32], m: Int, n: Int, k: Int
) {
    var result = c.mutableSpan
    products.multiply(
        a.span, from: start, by: b.span, transposed: transposed, into: &result, m: m, n: n, k: k)
}

/// c ← a·b on arrays of bytes.
private func product(
    _ products: IntegerProducts, _ a: [UInt8], from start: Int, by b: [Int8], transposed: Bool,
    into c: inout [Int32], m: Int, n: Int, k: Int
) {
    var result = c.mutableSpan
    products.multiply(
        a.span, .bits, from: start, by: b.span, transposed: transposed, into: &result, m: m, n: n,
        k: k)
}

/// c ← aᵀ·b, with sums in 32 bits.
private func multiplyColumns(
    _ products: IntegerProducts, _ a: [UInt8], by b: [Int8], into c: inout [Int32], m: Int, n: Int,
    k: Int
) {
    var result = c.mutableSpan
    products.multiply(
        columns: 0..<m, of: a.span, .bits, width: m, by: b.span, into: &result, n: n, k: k)
}

/// c ← aᵀ·b, with sums in 16 bits.
private func multiplyColumns(
    _ products: IntegerProducts, _ a: [UInt8], by b: [Int8], into c: inout [Int16], m: Int, n: Int,
    k: Int
) {
    var result = c.mutableSpan
    products.multiply(
        columns: 0..<m, of: a.span, .bits, width: m, by: b.span, into: &result, n: n, k: k)
}
