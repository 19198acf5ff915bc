/// Exact integer products: weights in two bytes or one, states and means in one.
///
/// Integer sums do not depend on their order, and every float operation works on one row or on
/// globally summed values. So the results depend only on the global batch, not on how ranks divide
/// it.
final class IntegerWeightProducts: WeightProducts {
    let shape: LayerSpec
    var kind: ArithmeticKind { rounding == nil ? .integer : .integerOneByte }

    private let rounding: WeightRounding?
    private let weights: RoundedWeights
    private var visibleBias: [Float]
    private var hiddenBias: [Float]

    /// For each column of the rounded weights Σ over visible units; needed if a visible level of 0
    /// has a value other than 0.
    private var columnSums = WeightSums()
    /// For each row of the rounded weights Σ over hidden units; needed if a hidden level of 0 has a
    /// value other than 0.
    private var rowSums = WeightSums()

    /// The processes that hold the other hidden units; nil where this one holds all.
    private let group: (any HiddenGroup)?
    /// The products of this process's hidden units, share after share of the visible ones.
    private var partialSums = PartialSumRoom()

    private let products: IntegerProducts
    private var meanBytes: [Int8] = []

    /// Creates the products of a layer, with all parameters zero.
    ///
    /// - Precondition: `ArithmeticKind.refusal(ofIntegersFor: shape, …)` is nil.
    /// - Parameters:
    ///   - format: What weights are rounded to.
    ///   - rounding: Randomness for one byte; nil for other formats.
    ///   - group: The processes that hold the other hidden units; nil where there are none.
    ///   - kernels: What multiplies.
    init(
        _ shape: LayerSpec, format: WeightFormat, rounding: WeightRounding? = nil,
        group: (any HiddenGroup)? = nil, kernels: KernelChoice = .current
    ) {
        precondition(
            (group != nil) || shape.hiddenSlice.isWhole,
            "columns \(shape.hiddenSlice.columns) without the others")
        self.shape = shape
        self.group = group
        self.rounding = rounding
        products = IntegerProducts(kernels)
        weights = RoundedWeights(
            rows: shape.visible, slice: shape.hiddenSlice, of: group, format: format,
            splitsWords: !kernels.usesTables)
        visibleBias = Array(repeating: 0, count: shape.visible)
        hiddenBias = Array(repeating: 0, count: shape.hidden)
    }

    // MARK: Weights

    func load(_ parameters: Parameters, step: Int) {
        checkShape(of: parameters)
        weights.round(
            parameters.values.span.extracting(0..<parameters.weightCount),
            at: rounding?.stream(step: step))
        takeOver(parameters)
    }

    func beginRewrite(step: Int) { weights.begin(at: rounding?.stream(step: step)) }

    func write(_ row: Span<Float>, ofVisible unit: Int) { weights.round(row: unit, row) }

    var rewriteBounds: [Int32] { weights.ownBounds }

    func finishRewrite(_ parameters: Parameters, bounds: [[Int32]]) {
        checkShape(of: parameters)
        weights.finish(
            parameters.values.span.extracting(0..<parameters.weightCount), bounds: bounds)
        takeOver(parameters)
    }

    /// Takes over the rest of the parameters: the biases, and the sums of the rounded weights.
    private func takeOver(_ parameters: Parameters) {
        copy(parameters.values, parameters.visibleBiasRange, to: &visibleBias)
        copy(parameters.values, parameters.hiddenBiasRange, to: &hiddenBias)
        if shape.visibleUnits.offset != 0 { columnSums = WeightSums(ofColumns: weights, shape) }
        guard shape.hiddenUnits.offset != 0 else { return }
        rowSums = WeightSums(ofRows: weights, shape)
        if let group { rowSums.complete(over: group) }
    }

    // MARK: Fields

    func writeFields(
        _ direction: Direction, of states: [UInt8], stored encoding: StateEncoding,
        rows: Range<Int>, into fields: inout [Float],
        then finish: (inout MutableSpan<Float>) -> Void
    ) {
        let pass = pass(direction, encoding)
        let n = pass.bias.count
        var fields = fields.mutableSpan
        fields.shared { fields in
            forEachRow(states, encoding, rows: rows, by: pass) { row, columns, high, low in
                let start = (rows.lowerBound + row) * n + columns.lowerBound
                fields.withRange(start..<(start + columns.count)) { fields in
                    pass.convert(high, low, columns, into: &fields)
                    finish(&fields)
                }
            }
        }
    }

    func forEachField(
        _ direction: Direction, of states: [UInt8], stored encoding: StateEncoding,
        rows: Range<Int>,
        _ body: (_ row: Int, _ columns: Range<Int>, inout MutableSpan<Float>) -> Void
    ) {
        // Swift keeps up to a kilobyte of temporary memory on the stack, and allocates beyond that.
        let most = 256
        let pass = pass(direction, encoding)
        forEachBlock(states, encoding, rows: rows, by: pass) { block, high, low in
            unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: most) { buffer in
                for row in block.rows {
                    var start = block.columns.lowerBound
                    var place = block.sums(ofRow: row).lowerBound
                    while start < block.columns.upperBound {
                        let part = start..<min(start + most, block.columns.upperBound)
                        let sums = place..<(place + part.count)
                        let room = buffer.extracting(0..<part.count)
                        var x = unsafe MutableSpan(_unsafeElements: room)
                        pass.convert(
                            high.isEmpty ? high : high.extracting(sums), low.extracting(sums),
                            part, into: &x)
                        body(row, part, &x)
                        start += most
                        place += most
                    }
                }
            }
        }
    }

    func forEachSharedField(
        of states: [UInt8], stored encoding: StateEncoding, rows: Range<Int>,
        shares: [Range<Int>],
        _ body: (_ row: Int, _ columns: Range<Int>, inout MutableSpan<Float>) -> Void
    ) {
        guard let group else { preconditionFailure("this process holds all hidden units") }
        let m = rows.count
        let pass = pass(.downward, encoding)
        let hasPairs = weights.format == .bytePair
        partialSums.reserve(m * shape.visible, hasPairs: hasPairs)
        let ranges = shares.map { (m * $0.lowerBound)..<(m * $0.upperBound) }
        if weights.wordsAlongRowsFit, products.multipliesWords, encoding == .bits {
            let start = rows.lowerBound * pass.depth
            partialSums.addUp(over: group, ranges) { sums in
                weights.words.withSpan { words in
                    products.multiply(
                        states.span, from: start, byTransposed: words, shares: shares, into: &sums,
                        m: m, k: pass.depth)
                }
            }
        } else {
            collectPartialSums(of: states, encoding, rows: rows, by: pass, shares: shares)
            partialSums.addUp(over: group, ranges, hasPairs: hasPairs)
        }

        let own = shares[group.place]
        let (low, high) = (partialSums.low, partialSums.high)
        let most = 256
        inParallel(over: m, atLeast: 1 + 8192 / max(1, own.count)) { rows in
            unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: most) { buffer in
                for row in rows {
                    for start in stride(from: own.lowerBound, to: own.upperBound, by: most) {
                        let part = start..<min(start + most, own.upperBound)
                        let sums = part.offset(
                            by: m * own.lowerBound + row * own.count - own.lowerBound)
                        let room = buffer.extracting(0..<part.count)
                        var x = unsafe MutableSpan(_unsafeElements: room)
                        pass.convert(
                            hasPairs ? high.span.extracting(sums) : high.span.extracting(0..<0),
                            low.span.extracting(sums), part, into: &x)
                        body(row, part, &x)
                    }
                }
            }
        }
    }

    /// Writes the products of this process's hidden units into their room, share after share.
    private func collectPartialSums(
        of states: [UInt8], _ encoding: StateEncoding, rows: Range<Int>, by pass: Pass,
        shares: [Range<Int>]
    ) {
        let m = rows.count
        let hasPairs = weights.format == .bytePair
        partialSums.lend { lowRoom, highRoom in
            forEachBlock(states, encoding, rows: rows, by: pass) { block, high, low in
                for row in block.rows {
                    for columns in shares {
                        let part = block.columns.clamped(to: columns)
                        guard !part.isEmpty else { continue }
                        let start = block.sums(ofRow: row).lowerBound - block.columns.lowerBound
                        let sums = part.offset(by: start)
                        let place = part.offset(
                            by: m * columns.lowerBound + row * columns.count - columns.lowerBound)
                        lowRoom.withRange(place) { copy(low.extracting(sums), to: &$0) }
                        guard hasPairs else { continue }
                        highRoom.withRange(place) { copy(high.extracting(sums), to: &$0) }
                    }
                }
            }
        }
    }

    /// One of the two products with the weights.
    private struct Pass {
        let conversion: PreactivationConversion
        let bias: [Float]
        /// How many units are multiplied.
        let depth: Int
        let isTransposed: Bool

        /// Turns products of some columns of a row into bias + Σ value·weight.
        @inline(__always)
        func convert(
            _ high: Span<Int32>, _ low: Span<Int32>, _ columns: Range<Int>,
            into result: inout MutableSpan<Float>
        ) {
            conversion.convert(high, low, bias, columns: columns, into: &result)
        }
    }

    private func pass(_ direction: Direction, _ encoding: StateEncoding) -> Pass {
        switch direction {
        case .upward:
            Pass(
                conversion: PreactivationConversion(
                    scale: weights.scale, below: shape.visibleUnits, encoding: encoding,
                    sums: columnSums),
                bias: hiddenBias, depth: shape.visible, isTransposed: false)
        case .downward:
            Pass(
                conversion: PreactivationConversion(
                    scale: weights.scale, below: shape.hiddenUnits, encoding: encoding,
                    sums: rowSums),
                bias: visibleBias, depth: shape.hidden, isTransposed: true)
        }
    }

    /// Multiplies some rows of states, and hands over each part of a row's products once, on
    /// several threads at once, while the part is in a cache.
    ///
    /// - Parameter body: Receives the row's number, counted from the first row of `rows`.
    @inline(__always)
    private func forEachRow(
        _ states: [UInt8], _ encoding: StateEncoding, rows: Range<Int>, by pass: Pass,
        _ body: (_ row: Int, _ columns: Range<Int>, _ high: Span<Int32>, _ low: Span<Int32>) -> Void
    ) {
        forEachBlock(states, encoding, rows: rows, by: pass) { block, high, low in
            for row in block.rows {
                let sums = block.sums(ofRow: row)
                body(
                    row, block.columns, high.isEmpty ? high : high.extracting(sums),
                    low.extracting(sums))
            }
        }
    }

    /// Multiplies some rows of states, and hands over each block of products once, on several threads
    /// at once, while the block is in a cache.
    ///
    /// The sums are integers that are not converted yet.
    ///
    /// - Parameter body: Receives the block, whose rows count from the first row of `rows`.
    @inline(__always)
    private func forEachBlock(
        _ states: [UInt8], _ encoding: StateEncoding, rows: Range<Int>, by pass: Pass,
        _ body: (_ block: ProductBlock, _ high: Span<Int32>, _ low: Span<Int32>) -> Void
    ) {
        products.inBlocks(
            states.span, encoding, from: rows.lowerBound * pass.depth, by: weights,
            transposed: pass.isTransposed, m: rows.count, n: pass.bias.count, k: pass.depth,
            body)
    }

    // MARK: Statistics

    func makeStatistics(panelUnits: Int, rows: Int) -> Statistics {
        Statistics(
            shape, panelUnits: panelUnits,
            products:
                Statistics.productsFit16Bits(shape, rows: rows) ? .int16 : .int32)
    }

    func collectMoments(
        visible: [UInt8], probabilities: [Float], rows: StepShare, rounding: PhaseRounding,
        into statistics: inout Statistics
    ) {
        let count = rows.positive + rows.negative
        let hidden = shape.hidden
        if meanBytes.count < count * hidden {
            meanBytes = Array(repeating: 0, count: count * hidden)
        }
        roundMeans(
            of: shape.hiddenUnits, hidden: hidden, slice: shape.hiddenSlice,
            probabilities: probabilities, rows: rows, rounding: rounding, into: &meanBytes)

        let meanBytes = meanBytes
        let positive = 0..<rows.positive
        let negative = rows.positive..<count
        let layout = statistics.layout
        statistics.moments.withInt32 { sums in
            for i in sums.indices { sums[i] = 0 }
            sums.withRange(layout.positiveVisible) {
                addRows(visible.span, rows: positive, to: &$0)
            }
            sums.withRange(layout.negativeVisible) {
                addRows(visible.span, rows: negative, to: &$0)
            }
            sums.withRange(layout.positiveHidden) {
                addRows(meanBytes.span, rows: positive, to: &$0)
            }
            sums.withRange(layout.negativeHidden) {
                addRows(meanBytes.span, rows: negative, to: &$0)
            }
        }
    }

    func collectProducts(
        ofVisible panel: Range<Int>, visible: [UInt8], rows: StepShare,
        into statistics: inout Statistics
    ) {
        statistics.panel = panel
        let meanBytes = meanBytes
        let k = rows.positive + rows.negative
        if case .int16 = statistics.products {
            statistics.products.withInt16 { sums in
                products.multiply(
                    columns: panel, of: visible.span, shape.encoding, width: shape.visible,
                    by: meanBytes.span, into: &sums, n: shape.hidden, k: k)
            }
        } else {
            statistics.products.withInt32 { sums in
                products.multiply(
                    columns: panel, of: visible.span, shape.encoding, width: shape.visible,
                    by: meanBytes.span, into: &sums, n: shape.hidden, k: k)
            }
        }
    }
}

/// Copies a range of values to the start of an array of its length.
private func copy(_ values: [Float], _ range: Range<Int>, to target: inout [Float]) {
    let values = values.span.extracting(range)
    for i in values.indices { target[i] = values[i] }
}

private func copy(_ values: Span<Int32>, to target: inout MutableSpan<Int32>) {
    for i in target.indices { target[i] = values[i] }
}

/// Room for the products of the hidden units of one process.
private struct PartialSumRoom {
    private(set) var low: [Int32] = []
    /// Those of the high bytes; empty for formats without pairs of bytes.
    private(set) var high: [Int32] = []

    mutating func reserve(_ count: Int, hasPairs: Bool) {
        if low.count < count { low = Array(repeating: 0, count: count) }
        if hasPairs, high.count < count { high = Array(repeating: 0, count: count) }
    }

    /// Lends both to several threads.
    mutating func lend(_ body: (SharedElements<Int32>, SharedElements<Int32>) -> Void) {
        Self.lend(&low, &high, body)
    }

    private static func lend(
        _ low: inout [Int32], _ high: inout [Int32],
        _ body: (SharedElements<Int32>, SharedElements<Int32>) -> Void
    ) {
        var lowSpan = low.mutableSpan
        var highSpan = high.mutableSpan
        lowSpan.shared { low in highSpan.shared { high in body(low, high) } }
    }

    /// Adds up the sums of all processes, each in its range, of which those of this process have 16 bits.
    mutating func addUp(
        over group: any HiddenGroup, _ ranges: [Range<Int>],
        writtenBy write: (inout MutableSpan<Int16>) -> Void
    ) {
        group.addUp(&low, ranges, writtenBy: write)
    }

    /// Adds up the sums of all processes, each in its range.
    mutating func addUp(over group: any HiddenGroup, _ ranges: [Range<Int>], hasPairs: Bool) {
        group.addUp(&low, ranges)
        if hasPairs { group.addUp(&high, ranges) }
    }
}
