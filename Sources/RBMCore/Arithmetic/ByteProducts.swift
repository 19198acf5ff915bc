/// Exact products of states and signed bytes: those of bits by tables where these are faster, all
/// others by oneDNN.
public final class ByteProducts {
    private let tables = BitTables()
    private let blockSums = ThreadScratch()
    private var highSums: [Int32] = []
    private var lowSums: [Int32] = []

    public init() {}

    private static func usesTables(_ levels: ByteLevels, m: Int, n: Int, k: Int) -> Bool {
        BitTables.areFaster && levels == .bits && m >= BitTables.leastRows && n > 0 && k > 0
    }

    /// product ← states·bytes.
    ///
    /// - Parameters:
    ///   - states: Shape `[m, k]`, from the element `start` on.
    ///   - bytes: Shape `[k, n]`, or `[n, k]` when transposed.
    ///   - product: Shape `[m, n]`, overwritten.
    public func multiply(
        _ states: Span<UInt8>, _ levels: ByteLevels, from start: Int = 0, by bytes: Span<Int8>,
        transposed: Bool = false, into product: inout MutableSpan<Int32>, m: Int, n: Int, k: Int
    ) {
        guard Self.usesTables(levels, m: m, n: n, k: k) else {
            MatrixProducts.multiply(
                states, from: start, by: bytes, rightTransposed: transposed, into: &product, m: m,
                n: n, k: k)
            return
        }
        tables.encode(states.extracting(start..<(start + m * k)), m: m, k: k)
        multiplyEncoded(by: bytes, transposed: transposed, into: &product, m: m, n: n, k: k)
    }

    /// product ← (some columns of states)ᵀ·bytes.
    ///
    /// - Parameters:
    ///   - states: Shape `[k, width]`.
    ///   - columns: Which of them are multiplied.
    ///   - bytes: Shape `[k, n]`.
    ///   - product: Shape `[columns.count, n]`, overwritten.
    public func multiply(
        columns: Range<Int>, of states: Span<UInt8>, _ levels: ByteLevels, width: Int,
        by bytes: Span<Int8>, into product: inout MutableSpan<Int32>, n: Int, k: Int
    ) {
        guard Self.usesTables(levels, m: columns.count, n: n, k: k) else {
            MatrixProducts.multiply(
                columns: columns, of: states, width: width, by: bytes, into: &product, n: n, k: k)
            return
        }
        tables.encode(columns: columns, of: states.extracting(0..<(k * width)), width: width, k: k)
        multiplyEncoded(
            by: bytes, transposed: false, into: &product, m: columns.count, n: n, k: k)
    }

    private func multiplyEncoded(
        by bytes: Span<Int8>, transposed: Bool, into product: inout MutableSpan<Int32>, m: Int,
        n: Int, k: Int
    ) {
        precondition(product.count >= m * n, "room for \(product.count) of \(m)×\(n) sums")
        unsafe product.withUnsafeMutableBufferPointer { product in
            let sums = product.baseAddress!
            Self.inColumnBlocks(of: n) { columns in
                unsafe tables.multiply(
                    by: bytes, transposed: transposed, column: columns.lowerBound,
                    into: sums + columns.lowerBound, stride: n, m: m, n: n, k: k)
            }
        }
    }

    /// Runs a body for each block of columns, on several threads at once.
    private static func inColumnBlocks(of n: Int, _ body: (Range<Int>) -> Void) {
        let width = BitTables.blockColumns
        inParallel(over: (n + width - 1) / width, atLeast: 1) { blocks in
            for block in blocks { body((block * width)..<min((block + 1) * width, n)) }
        }
    }

    /// Computes the products of states with two right operands, and hands them over in blocks, on
    /// several threads at once: so that they are used while they are in a cache.
    ///
    /// - Parameters:
    ///   - states: Shape `[m, k]`, from the element `start` on.
    ///   - high: Shape `[k, n]`, or `[n, k]` when transposed; empty for none.
    ///   - low: The same.
    ///   - body: Gets the sums of both, each once; the first ones empty when `high` is.
    func inBlocks(
        _ states: Span<UInt8>, _ levels: ByteLevels, from start: Int, by high: Span<Int8>,
        _ low: Span<Int8>, transposed: Bool, m: Int, n: Int, k: Int,
        _ body: (_ block: ProductBlock, _ high: Span<Int32>, _ low: Span<Int32>) -> Void
    ) {
        guard Self.usesTables(levels, m: m, n: n, k: k) else {
            wholeProduct(
                states, from: start, by: high, low, transposed: transposed, m: m, n: n, k: k, body)
            return
        }
        tables.encode(states.extracting(start..<(start + m * k)), m: m, k: k)
        let stride = BitTables.blockColumns
        let size = m * stride
        blockSums.reserve(bytes: 2 * size * MemoryLayout<Int32>.stride)
        Self.inColumnBlocks(of: n) { columns in
            let sums = unsafe blockSums.piece(of: 2 * size, Int32.self)
            let halves = unsafe (sums.baseAddress! + size, sums.baseAddress!)
            unsafe tables.multiply(
                by: low, transposed: transposed, column: columns.lowerBound, into: halves.1,
                stride: stride, m: m, n: n, k: k)
            if !high.isEmpty {
                unsafe tables.multiply(
                    by: high, transposed: transposed, column: columns.lowerBound, into: halves.0,
                    stride: stride, m: m, n: n, k: k)
            }
            let span = unsafe UnsafeBufferPointer(sums).span
            body(
                ProductBlock(rows: 0..<m, columns: columns, stride: stride),
                span.extracting(size..<(high.isEmpty ? size : 2 * size)),
                span.extracting(0..<size))
        }
    }

    /// The same by oneDNN, whose product is made as a whole and handed over by rows.
    private func wholeProduct(
        _ states: Span<UInt8>, from start: Int, by high: Span<Int8>, _ low: Span<Int8>,
        transposed: Bool, m: Int, n: Int, k: Int,
        _ body: (ProductBlock, Span<Int32>, Span<Int32>) -> Void
    ) {
        func multiply(by bytes: Span<Int8>, into sums: inout [Int32]) {
            if sums.count < m * n { sums = Array(repeating: 0, count: m * n) }
            var span = sums.mutableSpan
            MatrixProducts.multiply(
                states, from: start, by: bytes, rightTransposed: transposed, into: &span, m: m,
                n: n, k: k)
        }
        if !high.isEmpty { multiply(by: high, into: &highSums) }
        multiply(by: low, into: &lowSums)
        let (highSums, lowSums) = (highSums, lowSums)
        inParallel(over: m, atLeast: 1 + 8192 / max(1, n)) { rows in
            body(
                ProductBlock(rows: rows, columns: 0..<n, stride: n),
                highSums.span.extracting(0..<(high.isEmpty ? 0 : m * n)), lowSums.span)
        }
    }
}

/// A part of a product whose sums are known.
struct ProductBlock {
    /// The block's rows, in the product as in the sums.
    let rows: Range<Int>
    /// The block's columns in the product; its sums begin with the first of them.
    let columns: Range<Int>
    /// How many sums a row has room for.
    let stride: Int

    /// Where the sums of a row are.
    func sums(ofRow row: Int) -> Range<Int> {
        (row * stride)..<(row * stride + columns.count)
    }
}
