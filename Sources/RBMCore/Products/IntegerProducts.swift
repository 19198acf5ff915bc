/// Exact products of states and signed bytes or words.
///
/// Tables multiply bits wherever that is faster, and oneDNN multiplies all else.
public final class IntegerProducts {
    private let choice: KernelChoice
    private let tables: TableProducts
    private let blockSums = ThreadScratch()
    private var highSums: [Int32] = []
    private var lowSums: [Int32] = []

    /// Makes products by the kernels of a choice.
    public init(_ choice: KernelChoice = .current) {
        self.choice = choice
        tables = TableProducts(choice)
    }

    /// Whether words are multiplied whole, by tables, and not as pairs of bytes.
    public var multipliesWords: Bool { choice.usesTables }

    private func usesTables(_ encoding: StateEncoding, m: Int, n: Int, k: Int) -> Bool {
        choice.usesTables && encoding == .bits && m >= TableProducts.leastRows && n > 0 && k > 0
    }

    /// The kernel that multiplies bytes by states of some rows.
    public func kernel(ofBytes encoding: StateEncoding, rows: Int) -> IntegerKernel {
        usesTables(encoding, m: rows, n: 1, k: 1) ? choice.kernel(rows: rows) : .oneDNN
    }

    /// The kernel that multiplies words by bits of some rows.
    public func kernel(ofWordsForRows rows: Int) -> IntegerKernel { choice.kernel(rows: rows) }

    /// product ← states·bytes.
    ///
    /// - Parameters:
    ///   - states: Shape `[m, k]`, from the element `start` on.
    ///   - bytes: Shape `[k, n]`, or `[n, k]` when transposed.
    ///   - product: Shape `[m, n]`, overwritten.
    public func multiply(
        _ states: Span<UInt8>, _ encoding: StateEncoding, from start: Int = 0, by bytes: Span<Int8>,
        transposed: Bool = false, into product: inout MutableSpan<Int32>, m: Int, n: Int, k: Int
    ) {
        guard usesTables(encoding, m: m, n: n, k: k) else {
            MatrixProducts.multiply(
                states, from: start, by: bytes, rightTransposed: transposed, into: &product, m: m,
                n: n, k: k)
            return
        }
        tables.pack(states.extracting(start..<(start + m * k)), m: m, k: k)
        multiplyPacked(by: bytes, transposed: transposed, into: &product, m: m, n: n, k: k)
    }

    /// product ← bits·words, where words are multiplied as they are.
    ///
    /// - Parameters:
    ///   - bits: Shape `[m, k]`, from the element `start` on.
    ///   - words: Shape `[k, n]`, or `[n, k]` when transposed. The magnitudes of any 480 successive k,
    ///     from a multiple of 480 on, add up to at most 2¹⁵ − 1.
    ///   - product: Shape `[m, n]`, overwritten.
    public func multiply(
        _ bits: Span<UInt8>, from start: Int = 0, by words: Span<Int16>, transposed: Bool = false,
        into product: inout MutableSpan<Int32>, m: Int, n: Int, k: Int
    ) {
        precondition(multipliesWords, "no tables of words on this machine")
        guard m > 0, n > 0 else { return }
        guard k > 0 else {
            for i in 0..<(m * n) { product[i] = 0 }
            return
        }
        tables.pack(bits.extracting(start..<(start + m * k)), m: m, k: k)
        multiplyPacked(by: words, transposed: transposed, into: &product, m: m, n: n, k: k)
    }

    /// Computes bits·wordsᵀ in 16 bits, share after share of the columns.
    ///
    /// - Precondition: k ≤ 480, so that no sum leaves 16 bits.
    /// - Parameters:
    ///   - bits: Shape `[m, k]`, from the element `start` on.
    ///   - words: Shape `[n, k]`. The magnitudes of a row add up to at most 2¹⁵ − 1.
    ///   - shares: Contiguous parts of the n columns, which begin with multiples of 64.
    ///   - products: The product of each share has the shape `[m, columns of the share]`, overwritten.
    func multiply(
        _ bits: Span<UInt8>, from start: Int, byTransposed words: Span<Int16>,
        shares: [Range<Int>], into products: inout MutableSpan<Int16>, m: Int, k: Int
    ) {
        let n = shares[shares.count - 1].upperBound
        precondition(multipliesWords, "no tables of words on this machine")
        precondition(
            k <= RoundedWeights.depth && products.count >= m * n,
            "room for \(products.count) of \(m)×\(n) sums of \(k) words")
        guard m > 0, n > 0 else { return }
        guard k > 0 else {
            for i in 0..<(m * n) { products[i] = 0 }
            return
        }
        tables.pack(bits.extracting(start..<(start + m * k)), m: m, k: k)
        unsafe products.withUnsafeMutableBufferPointer { products in
            let sums = products.baseAddress!
            for share in shares where !share.isEmpty {
                precondition(share.lowerBound % 64 == 0, "a share of columns \(share)")
                let place = unsafe sums + m * share.lowerBound
                Self.inColumnBlocks(of: share.count) { columns in
                    unsafe tables.multiply(
                        by: words, transposed: true, columns: columns.offset(by: share.lowerBound),
                        into: place + columns.lowerBound, stride: share.count, m: m, n: n, k: k)
                }
            }
        }
    }

    /// product ← (some columns of states)ᵀ·bytes.
    ///
    /// - Parameters:
    ///   - states: Shape `[k, width]`.
    ///   - columns: Which of them are multiplied.
    ///   - bytes: Shape `[k, n]`.
    ///   - product: Shape `[columns.count, n]`, overwritten.
    public func multiply(
        columns: Range<Int>, of states: Span<UInt8>, _ encoding: StateEncoding, width: Int,
        by bytes: Span<Int8>, into product: inout MutableSpan<Int32>, n: Int, k: Int
    ) {
        guard usesTables(encoding, m: columns.count, n: n, k: k) else {
            MatrixProducts.multiply(
                columns: columns, of: states, width: width, by: bytes, into: &product, n: n, k: k)
            return
        }
        tables.pack(columns: columns, of: states.extracting(0..<(k * width)), width: width, k: k)
        multiplyPacked(
            by: bytes, transposed: false, into: &product, m: columns.count, n: n, k: k)
    }

    /// Computes the same product in 16 bits, which every element must fit.
    public func multiply(
        columns: Range<Int>, of states: Span<UInt8>, _ encoding: StateEncoding, width: Int,
        by bytes: Span<Int8>, into product: inout MutableSpan<Int16>, n: Int, k: Int
    ) {
        guard usesTables(encoding, m: columns.count, n: n, k: k) else {
            if lowSums.count < columns.count * n {
                lowSums = Array(repeating: 0, count: columns.count * n)
            }
            multiply(
                columns: columns, of: states, width: width, by: bytes, through: &lowSums,
                into: &product, n: n, k: k)
            return
        }
        tables.pack(columns: columns, of: states.extracting(0..<(k * width)), width: width, k: k)
        multiplyPacked(by: bytes, transposed: false, into: &product, m: columns.count, n: n, k: k)
    }

    /// Computes the same product by oneDNN, in 32 bits.
    private func multiply(
        columns: Range<Int>, of states: Span<UInt8>, width: Int, by bytes: Span<Int8>,
        through sums: inout [Int32], into product: inout MutableSpan<Int16>, n: Int, k: Int
    ) {
        var wide = sums.mutableSpan
        MatrixProducts.multiply(
            columns: columns, of: states, width: width, by: bytes, into: &wide, n: n, k: k)
        for i in 0..<(columns.count * n) { product[i] = Int16(truncatingIfNeeded: wide[i]) }
    }

    private func multiplyPacked<Integer: TableInteger, Sum: TableSum>(
        by integers: Span<Integer>, transposed: Bool, into product: inout MutableSpan<Sum>,
        m: Int, n: Int, k: Int
    ) {
        precondition(product.count >= m * n, "room for \(product.count) of \(m)×\(n) sums")
        unsafe product.withUnsafeMutableBufferPointer { product in
            let sums = product.baseAddress!
            Self.inColumnBlocks(of: n) { columns in
                unsafe tables.multiply(
                    by: integers, transposed: transposed, columns: columns,
                    into: sums + columns.lowerBound, stride: n, m: m, n: n, k: k)
            }
        }
    }

    /// Runs a body for each block of columns, on several threads at once.
    private static func inColumnBlocks(of n: Int, _ body: (Range<Int>) -> Void) {
        let width = TableProducts.blockColumns(of: n)
        inParallel(over: (n + width - 1) / width, atLeast: 1) { blocks in
            for block in blocks { body((block * width)..<min((block + 1) * width, n)) }
        }
    }

    /// Computes the products of states with weights, and hands each block over on the thread that
    /// made it, while the block is in a cache.
    ///
    /// - Parameters:
    ///   - states: Shape `[m, k]`, from the element `start` on.
    ///   - weights: Shape `[k, n]`, or `[n, k]` when transposed.
    ///   - body: Receives each block once, with the sums of the high and of the low bytes. For
    ///     formats without pairs of bytes the high span is empty, and the low span holds the sums
    ///     of the weights as a whole. Runs on several threads at once.
    func inBlocks(
        _ states: Span<UInt8>, _ encoding: StateEncoding, from start: Int,
        by weights: RoundedWeights,
        transposed: Bool, m: Int, n: Int, k: Int,
        _ body: (_ block: ProductBlock, _ high: Span<Int32>, _ low: Span<Int32>) -> Void
    ) {
        guard m > 0, n > 0 else { return }
        guard k > 0 else { return emptyProduct(weights.format, m: m, n: n, body) }
        // Words are multiplied by tables unless they are split, however few the rows are.
        let bytesAlongRows = transposed ? weights.bytesAlongRows : nil
        let multipliesWords =
            weights.format == .word && weights.low.isEmpty && bytesAlongRows == nil
        precondition(!multipliesWords || encoding == .bits, "words are multiplied by bits only")
        guard bytesAlongRows == nil,
            multipliesWords || usesTables(encoding, m: m, n: n, k: k)
        else {
            wholeProduct(
                states, from: start, by: bytesAlongRows ?? (weights.high, weights.low),
                weights.format, transposed: transposed, m: m, n: n, k: k, body)
            return
        }
        tables.pack(states.extracting(start..<(start + m * k)), m: m, k: k)
        let stride = TableProducts.blockColumns(of: n)
        let size = m * stride
        let hasPairs = weights.format == .bytePair
        let count = hasPairs ? 2 * size : size
        blockSums.reserve(bytes: count * MemoryLayout<Int32>.stride)
        Self.inColumnBlocks(of: n) { columns in
            let sums = unsafe blockSums.piece(of: count, Int32.self)
            func multiply<Integer: TableInteger>(_ integers: SharedRows<Integer>, half: Int) {
                integers.withSpan { integers in
                    unsafe tables.multiply(
                        by: integers, transposed: transposed, columns: columns,
                        into: sums.baseAddress! + half * size, stride: stride, m: m, n: n, k: k)
                }
            }
            if weights.format == .word {
                multiply(weights.words, half: 0)
            } else {
                multiply(weights.low, half: 0)
                if hasPairs { multiply(weights.high, half: 1) }
            }
            let block = ProductBlock(rows: 0..<m, columns: columns, stride: stride)
            let span = unsafe UnsafeBufferPointer(sums).span
            body(block, span.extracting(size..<count), span.extracting(0..<size))
        }
    }

    /// Hands over the product where there is nothing to multiply: its sums are zero.
    private func emptyProduct(
        _ format: WeightFormat, m: Int, n: Int,
        _ body: (ProductBlock, Span<Int32>, Span<Int32>) -> Void
    ) {
        let zeros = [Int32](repeating: 0, count: m * n)
        body(
            ProductBlock(rows: 0..<m, columns: 0..<n, stride: n),
            zeros.span.extracting(0..<(format == .bytePair ? m * n : 0)), zeros.span)
    }

    /// Computes the same product by oneDNN, which makes it as a whole, and hands over its rows.
    private func wholeProduct(
        _ states: Span<UInt8>, from start: Int,
        by weights: (high: SharedRows<Int8>, low: SharedRows<Int8>), _ format: WeightFormat,
        transposed: Bool, m: Int, n: Int, k: Int,
        _ body: (ProductBlock, Span<Int32>, Span<Int32>) -> Void
    ) {
        func multiply(by bytes: SharedRows<Int8>, into sums: inout [Int32]) {
            if sums.count < m * n { sums = Array(repeating: 0, count: m * n) }
            var span = sums.mutableSpan
            bytes.withSpan { bytes in
                MatrixProducts.multiply(
                    states, from: start, by: bytes, rightTransposed: transposed, into: &span,
                    m: m, n: n, k: k)
            }
        }
        let hasPairs = !weights.high.isEmpty
        if hasPairs { multiply(by: weights.high, into: &highSums) }
        multiply(by: weights.low, into: &lowSums)
        if format == .word { combine(highSums, into: &lowSums, count: m * n) }
        let handsOverPairs = format == .bytePair
        let (highSums, lowSums) = (highSums, lowSums)
        inParallel(over: m, atLeast: 1 + 8192 / max(1, n)) { rows in
            body(
                ProductBlock(rows: rows, columns: 0..<n, stride: n),
                highSums.span.extracting(0..<(handsOverPairs ? m * n : 0)), lowSums.span)
        }
    }
}

/// Combines the sums of high and of low bytes to sums of words.
private func combine(_ high: [Int32], into low: inout [Int32], count: Int) {
    let high = high.span.extracting(0..<count)
    var span = low.mutableSpan
    var low = span._mutatingExtracting(0..<count)
    for i in low.indices { low[i] &+= 256 &* high[i] }
}

/// A part of a product whose sums are known.
struct ProductBlock {
    /// The block's rows, in the product as in the sums.
    let rows: Range<Int>
    /// The block's columns in the product; its sums begin with the first of them.
    let columns: Range<Int>
    /// How many sums a row has room for.
    let stride: Int

    /// The range of a row's sums.
    func sums(ofRow row: Int) -> Range<Int> {
        (row * stride)..<(row * stride + columns.count)
    }
}
