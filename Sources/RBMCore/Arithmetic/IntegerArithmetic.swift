public import RandomStreams

/// Exact integer products: weights in two bytes or one, states and means in one.
///
/// Integer sums do not depend on their order, and every float operation works on one row or on
/// globally summed values: so the results depend on nothing but the global batch.
public final class IntegerArithmetic: LayerArithmetic {
    public let shape: LayerShape
    public var kind: ArithmeticKind { rounding == nil ? .integer : .integerOneByte }

    public let visibleLaw: any UnitLaw

    private let rounding: WeightRounding?
    private let weights: RoundedWeights
    private var visibleBias: [Float]
    private var hiddenBias: [Float]

    /// Σ over visible units of each column of the rounded weights; only for spins, whose value
    /// 2x/m − 1 needs them.
    private var columnSums = WeightSums()
    /// Σ over hidden units of each row.
    private var rowSums = WeightSums()

    private let products = ByteProducts()
    private var meanBytes: [Int8] = []

    /// Creates the arithmetic of a layer, with all parameters zero.
    ///
    /// - Precondition: `Self.refusal(of: shape, …)` is nil.
    /// - Parameters:
    ///   - format: What weights are rounded to.
    ///   - rounding: Randomness for one byte; nil for other formats.
    init(_ shape: LayerShape, format: WeightFormat, rounding: WeightRounding? = nil) {
        self.shape = shape
        visibleLaw = shape.visibleUnits.law(own: [])
        self.rounding = rounding
        weights = RoundedWeights(rows: shape.visible, columns: shape.hidden, format: format)
        visibleBias = Array(repeating: 0, count: shape.visible)
        hiddenBias = Array(repeating: 0, count: shape.hidden)
    }

    /// Why a layer cannot be trained in integers, or nil: some sum could leave 32 bits.
    ///
    /// - Parameters:
    ///   - batch: Rows of the data phase over all processes.
    ///   - chains: Rows of the model phase over all processes.
    public static func refusal(of shape: LayerShape, batch: Int, chains: Int) -> String? {
        guard shape.visibleUnits.isDiscrete else {
            return "\(shape.visibleUnits) units take real values; use `arithmetic: float32` or "
                + "`auto`"
        }
        let limit = Int(Int32.max)
        let factor = Int(max(shape.visibleUnits.scale, shape.hiddenUnits.scale))
        let statistic = factor * 127 * shape.levels.maximum * (batch + chains)
        if statistic > limit {
            return "a sum over batch \(batch) + chains \(chains) could reach \(statistic), beyond "
                + "the \(limit) of 32 bits; use at most "
                + "\(limit / (factor * 127 * shape.levels.maximum)) cases a step in both together, "
                + "or `arithmetic: float32`"
        }
        let depth = max(shape.visible, shape.hidden)
        let activation = factor * 127 * 128 * depth
        if activation > limit {
            return "a pre-activation over \(depth) units could reach \(activation), beyond the "
                + "\(limit) of 32 bits; use at most \(limit / (factor * 127 * 128)) units a layer, "
                + "or `arithmetic: float32`"
        }
        return nil
    }

    public func load(_ parameters: Parameters, step: Int) {
        checkShape(of: parameters)
        weights.round(
            parameters.values.span.extracting(0..<parameters.weightCount),
            at: rounding?.stream(step: step))
        takeOver(parameters)
    }

    public func beginLoad(step: Int) { weights.begin(at: rounding?.stream(step: step)) }

    public func load(weights row: Span<Float>, ofVisible unit: Int) {
        weights.round(row: unit, row)
    }

    public func finishLoad(_ parameters: Parameters) {
        checkShape(of: parameters)
        weights.finish(parameters.values.span.extracting(0..<parameters.weightCount))
        takeOver(parameters)
    }

    /// Takes over what is needed beside the rounded weights: the biases, and sums for spins.
    private func takeOver(_ parameters: Parameters) {
        copy(parameters.values, parameters.visibleBiasRange, to: &visibleBias)
        copy(parameters.values, parameters.hiddenBiasRange, to: &hiddenBias)
        if shape.visibleUnits.offset != 0 { columnSums = WeightSums(ofColumns: weights, shape) }
        if shape.hiddenUnits.offset != 0 { rowSums = WeightSums(ofRows: weights, shape) }
    }

    // MARK: Pre-activations

    public func upward(_ states: [UInt8], rows: Range<Int>, into result: inout [Float]) {
        multiply(states, shape.levels, rows: rows, by: upwardPass, into: &result) { _ in }
    }

    public func hiddenProbabilities(
        _ states: [UInt8], rows: Range<Int>, into result: inout [Float]
    ) {
        let law = hiddenLaw
        multiply(states, shape.levels, rows: rows, by: upwardPass, into: &result) {
            law.levels(fields: &$0)
        }
    }

    public func downward(
        _ states: [UInt8], levels: StateEncoding, rows: Range<Int>, into result: inout [Float]
    ) {
        multiply(states, levels, rows: rows, by: downwardPass(levels), into: &result) { _ in }
    }

    public func drawVisible(
        given hidden: [UInt8], rows: Range<Int>, stream: RandomStream, firstRow: Int,
        into visible: inout [UInt8], at target: Int
    ) {
        let (units, law) = (shape.visible, visibleLaw)
        let one = UInt8(truncatingIfNeeded: shape.levels.maximum)
        let pass = downwardPass(.bits)
        var visible = visible.mutableSpan
        visible.shared { visible in
            forEachRow(hidden, .bits, rows: rows, by: pass) { row, columns, high, low in
                stream.forEachPart(ofRow: firstRow + row, units: columns) { part, words in
                    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: part.count) {
                        var x = unsafe MutableSpan(_unsafeElements: $0)
                        let place = part.offset(by: -columns.lowerBound)
                        pass.convert(
                            high.isEmpty ? high : high.extracting(place), low.extracting(place),
                            part, into: &x)
                        law.levels(fields: &x)
                        visible.withRange(part.offset(by: (target + row) * units)) {
                            law.draw(x.span, words, one: one, into: &$0)
                        }
                    }
                }
            }
        }
    }

    /// One of the two products with the weights.
    private struct Pass {
        let conversion: PreactivationConversion
        let bias: [Float]
        /// How many units are below.
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

    private var upwardPass: Pass {
        Pass(
            conversion: PreactivationConversion(
                scale: weights.scale, below: shape.visibleUnits, levels: shape.levels,
                sums: columnSums),
            bias: hiddenBias, depth: shape.visible, isTransposed: false)
    }

    private func downwardPass(_ levels: StateEncoding) -> Pass {
        Pass(
            conversion: PreactivationConversion(
                scale: weights.scale, below: shape.hiddenUnits, levels: levels, sums: rowSums),
            bias: visibleBias, depth: shape.hidden, isTransposed: true)
    }

    /// Multiplies some rows of states, and hands over each part of a row's products once, while it
    /// is in a cache; on several threads at once.
    ///
    /// - Parameter body: Gets the row, counted from the first that is multiplied.
    @inline(__always)
    private func forEachRow(
        _ states: [UInt8], _ levels: StateEncoding, rows: Range<Int>, by pass: Pass,
        _ body: (_ row: Int, _ columns: Range<Int>, _ high: Span<Int32>, _ low: Span<Int32>) -> Void
    ) {
        products.inBlocks(
            states.span, levels, from: rows.lowerBound * pass.depth, by: weights,
            transposed: pass.isTransposed, m: rows.count, n: pass.bias.count, k: pass.depth
        ) { block, high, low in
            for row in block.rows {
                let sums = block.sums(ofRow: row)
                body(
                    row, block.columns, high.isEmpty ? high : high.extracting(sums),
                    low.extracting(sums))
            }
        }
    }

    /// Multiplies some rows of states, and writes what a body makes of the pre-activations.
    @inline(__always)
    private func multiply(
        _ states: [UInt8], _ levels: StateEncoding, rows: Range<Int>, by pass: Pass,
        into result: inout [Float], _ body: (inout MutableSpan<Float>) -> Void
    ) {
        let n = pass.bias.count
        var result = result.mutableSpan
        result.shared { result in
            forEachRow(states, levels, rows: rows, by: pass) { row, columns, high, low in
                let start = (rows.lowerBound + row) * n + columns.lowerBound
                result.withRange(start..<(start + columns.count)) { result in
                    pass.convert(high, low, columns, into: &result)
                    body(&result)
                }
            }
        }
    }

    // MARK: Statistics

    public func makeStatistics(panelUnits: Int, rows: Int) -> Statistics {
        Statistics(
            shape, panelUnits: panelUnits,
            Self.hasShortProducts(shape, rows: rows) ? .shortProducts : .integers)
    }

    /// Whether all Σ v hᵀ of a step fit 16 bits: in a phase none is larger than the number of rows times
    /// a mean's largest magnitude.
    ///
    /// - Parameter rows: The most rows that a phase has over all processes.
    public static func hasShortProducts(_ shape: LayerShape, rows: Int) -> Bool {
        shape.levels == .bits && rows <= Int(Int16.max) / 127
    }

    public func collectMoments(
        visible: [UInt8], probabilities: [Float], rows: PhaseRows, rounding: PhaseRounding,
        into statistics: inout Statistics
    ) {
        let count = rows.positive + rows.negative
        let hidden = shape.hidden
        if meanBytes.count < count * hidden {
            meanBytes = Array(repeating: 0, count: count * hidden)
        }
        roundMeans(
            of: shape.hiddenUnits, hidden: hidden, probabilities: probabilities, rows: rows,
            rounding: rounding, into: &meanBytes)

        let layout = statistics.layout
        var sums = statistics.integers.mutableSpan
        sums.withRange(layout.moments) { moments in
            for i in moments.indices { moments[i] = 0 }
        }
        let meanBytes = meanBytes
        let positive = 0..<rows.positive
        let negative = rows.positive..<count
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

    public func collectProducts(
        ofVisible panel: Range<Int>, visible: [UInt8], rows: PhaseRows,
        into statistics: inout Statistics
    ) {
        statistics.panel = panel
        let meanBytes = meanBytes
        let k = rows.positive + rows.negative
        guard statistics.shortProducts.isEmpty else {
            var sums = statistics.shortProducts.mutableSpan
            products.multiply(
                columns: panel, of: visible.span, shape.levels, width: shape.visible,
                by: meanBytes.span, into: &sums, n: shape.hidden, k: k)
            return
        }
        var sums = statistics.integers.mutableSpan
        products.multiply(
            columns: panel, of: visible.span, shape.levels, width: shape.visible,
            by: meanBytes.span, into: &sums, n: shape.hidden, k: k)
    }

    public func weightGradient(
        ofVisible unit: Int, from statistics: borrowing Statistics, counts: PhaseRows,
        into gradient: inout MutableSpan<Float>
    ) {
        let products = statistics.products(ofVisible: unit)
        if statistics.shortProducts.isEmpty {
            weightGradient(
                statistics.integers.span.extracting(products), statistics, counts, into: &gradient)
        } else {
            weightGradient(
                statistics.shortProducts.span.extracting(products), statistics, counts,
                into: &gradient)
        }
    }

    private func weightGradient<Sum: FixedWidthInteger & BitwiseCopyable>(
        _ products: Span<Sum>, _ statistics: borrowing Statistics, _ counts: PhaseRows,
        into gradient: inout MutableSpan<Float>
    ) {
        let maximum = shape.levels.maximum
        let factor = 1 / Float(127 * maximum * counts.divisor)
        if shape.visibleUnits.offset == 0 {
            for j in gradient.indices {
                gradient[j] = Float(Int32(truncatingIfNeeded: products[j])) * factor
            }
        } else {
            // The value of a level x of m is 2x/m − 1.
            let sums = statistics.integers.span
            let positive = sums.extracting(statistics.layout.positiveHidden)
            let negative = sums.extracting(statistics.layout.negativeHidden)
            let maximum = Int32(maximum)
            for j in gradient.indices {
                let product = Int32(truncatingIfNeeded: products[j])
                let sum = 2 &* product &- maximum &* (positive[j] &+ negative[j])
                gradient[j] = Float(sum) * factor
            }
        }
    }

    public func dataMeans(
        from statistics: borrowing Statistics, counts: PhaseRows
    ) -> (visible: [Float], hidden: [Float]) {
        let layout = statistics.layout
        let (scale, offset) = (Float(shape.visibleUnits.scale), Float(shape.visibleUnits.offset))
        let share = scale / Float(shape.levels.maximum * counts.globalPositive)
        let factor = 1 / Float(127 * counts.divisor)
        return (
            statistics.integers[layout.positiveVisible].map { Float($0) * share + offset },
            statistics.integers[layout.positiveHidden].map { Float($0) * factor }
        )
    }

    public func biasGradients(
        from statistics: borrowing Statistics, counts: PhaseRows,
        visible: inout MutableSpan<Float>, hidden: inout MutableSpan<Float>
    ) {
        let layout = statistics.layout
        let sums = statistics.integers.span
        // Both phases share the offset of a value.
        let value = Float(shape.visibleUnits.scale)
        let positive = value / Float(shape.levels.maximum * counts.globalPositive)
        let negative = value / Float(shape.levels.maximum * counts.globalNegative)
        let positiveVisible = sums.extracting(layout.positiveVisible)
        let negativeVisible = sums.extracting(layout.negativeVisible)
        for i in visible.indices {
            visible[i] =
                Float(positiveVisible[i]) * positive - Float(negativeVisible[i]) * negative
        }
        let factor = 1 / Float(127 * counts.divisor)
        let positiveHidden = sums.extracting(layout.positiveHidden)
        let negativeHidden = sums.extracting(layout.negativeHidden)
        for j in hidden.indices {
            hidden[j] = Float(positiveHidden[j] &+ negativeHidden[j]) * factor
        }
    }
}

/// Copies a range of values to the start of an array of its length.
private func copy(_ values: [Float], _ range: Range<Int>, to target: inout [Float]) {
    let values = values.span.extracting(range)
    for i in values.indices { target[i] = values[i] }
}
