import RandomStreams

/// Exact integer products: weights in two bytes or one, states and means in one.
///
/// Integer sums do not depend on their order, and every float operation works on one row or on
/// globally summed values: so the results depend on nothing but the global batch.
public final class IntegerArithmetic: LayerArithmetic {
    public let shape: LayerShape
    public var kind: ArithmeticKind { rounding == nil ? .integer : .integerOneByte }

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
        guard shape.visibleUnits != .gaussian else {
            return "gaussian units take real values; use `arithmetic: float32` or `auto`"
        }
        let limit = Int(Int32.max)
        let spins = shape.visibleUnits == .spin || shape.hiddenUnits == .spin
        let factor = spins ? 2 : 1
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
        if shape.visibleUnits == .spin { columnSums = WeightSums(ofColumns: weights, shape) }
        if shape.hiddenUnits == .spin { rowSums = WeightSums(ofRows: weights, shape) }
    }

    // MARK: Pre-activations

    public func upward(_ states: [UInt8], rows: Range<Int>, into result: inout [Float]) {
        let conversion = PreactivationConversion(
            scale: weights.scale, below: shape.visibleUnits, levels: shape.levels,
            sums: columnSums)
        preactivations(
            states, shape.levels, rows: rows, k: shape.visible, transposed: false, conversion,
            bias: hiddenBias, into: &result)
    }

    public func downward(
        _ states: [UInt8], levels: ByteLevels, rows: Range<Int>, into result: inout [Float]
    ) {
        let conversion = PreactivationConversion(
            scale: weights.scale, below: shape.hiddenUnits, levels: levels, sums: rowSums)
        preactivations(
            states, levels, rows: rows, k: shape.hidden, transposed: true, conversion,
            bias: visibleBias, into: &result)
    }

    /// Multiplies some rows of states by the weights or their transpose, and turns the integer
    /// products into bias + Σ value·weight.
    private func preactivations(
        _ states: [UInt8], _ levels: ByteLevels, rows: Range<Int>, k: Int, transposed: Bool,
        _ conversion: PreactivationConversion, bias: [Float], into result: inout [Float]
    ) {
        let n = bias.count
        var result = result.mutableSpan
        result.shared { result in
            products.inBlocks(
                states.span, levels, from: rows.lowerBound * k, by: weights,
                transposed: transposed, m: rows.count, n: n, k: k
            ) { block, high, low in
                for row in block.rows {
                    let sums = block.sums(ofRow: row)
                    let start = (rows.lowerBound + row) * n + block.columns.lowerBound
                    result.withRange(start..<(start + block.columns.count)) { result in
                        conversion.convert(
                            high.isEmpty ? high : high.extracting(sums), low.extracting(sums),
                            bias, columns: block.columns, into: &result)
                    }
                }
            }
        }
    }

    // MARK: Statistics

    public func makeStatistics(panelUnits: Int) -> Statistics {
        Statistics(shape, panelUnits: panelUnits, integers: true)
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
        var sums = statistics.integers.mutableSpan
        products.multiply(
            columns: panel, of: visible.span, shape.levels, width: shape.visible,
            by: meanBytes.span, into: &sums, n: shape.hidden, k: rows.positive + rows.negative)
    }

    public func weightGradient(
        ofVisible unit: Int, from statistics: borrowing Statistics, counts: PhaseRows,
        into gradient: inout MutableSpan<Float>
    ) {
        let maximum = shape.levels.maximum
        let factor = 1 / Float(127 * maximum * counts.divisor)
        let sums = statistics.integers.span
        let products = sums.extracting(statistics.products(ofVisible: unit))
        switch shape.visibleUnits {
        case .gaussian: preconditionFailure("gaussian units in integer arithmetic")
        case .bernoulli:
            for j in gradient.indices { gradient[j] = Float(products[j]) * factor }
        case .spin:
            let positive = sums.extracting(statistics.layout.positiveHidden)
            let negative = sums.extracting(statistics.layout.negativeHidden)
            let maximum = Int32(maximum)
            for j in gradient.indices {
                let sum = 2 &* products[j] &- maximum &* (positive[j] &+ negative[j])
                gradient[j] = Float(sum) * factor
            }
        }
    }

    public func dataMeans(
        from statistics: borrowing Statistics, counts: PhaseRows
    ) -> (visible: [Float], hidden: [Float]) {
        let layout = statistics.layout
        let isSpin = shape.visibleUnits == .spin
        let share = (isSpin ? 2 : 1) / Float(shape.levels.maximum * counts.globalPositive)
        let factor = 1 / Float(127 * counts.divisor)
        return (
            statistics.integers[layout.positiveVisible].map {
                Float($0) * share - (isSpin ? 1 : 0)
            },
            statistics.integers[layout.positiveHidden].map { Float($0) * factor }
        )
    }

    public func biasGradients(
        from statistics: borrowing Statistics, counts: PhaseRows
    ) -> (visible: [Float], hidden: [Float]) {
        let layout = statistics.layout
        let sums = statistics.integers.span
        // A spin's value is twice its byte (and a constant that the two phases share).
        let value: Float = shape.visibleUnits == .spin ? 2 : 1
        let positive = value / Float(shape.levels.maximum * counts.globalPositive)
        let negative = value / Float(shape.levels.maximum * counts.globalNegative)
        let visible = (0..<shape.visible).map { i in
            Float(sums[layout.positiveVisible.lowerBound + i]) * positive
                - Float(sums[layout.negativeVisible.lowerBound + i]) * negative
        }
        let factor = 1 / Float(127 * counts.divisor)
        let hidden = (0..<shape.hidden).map { j in
            let positive = sums[layout.positiveHidden.lowerBound + j]
            return Float(positive &+ sums[layout.negativeHidden.lowerBound + j]) * factor
        }
        return (visible, hidden)
    }
}

/// Copies a range of values to the start of an array of its length.
private func copy(_ values: [Float], _ range: Range<Int>, to target: inout [Float]) {
    let values = values.span.extracting(range)
    for i in values.indices { target[i] = values[i] }
}
