public import RandomStreams

/// float32 products: the reference for the integers, and where units are no integers.
///
/// The last bits depend on the CPU, the number of rows and the threads; a sampled unit whose
/// probability lies that close to its random number then separates two runs.
public final class Float32Arithmetic: LayerArithmetic {
    public let shape: LayerShape
    public var kind: ArithmeticKind { .float32 }

    private var parameters: Parameters
    public private(set) var visibleLaw: any UnitLaw
    private var visibleValues: [Float] = []
    private var hiddenValues: [Float] = []
    /// Means of visible units that are drawn.
    private var visibleMeans: [Float] = []

    /// Creates the arithmetic of a layer, with all parameters zero.
    public init(_ shape: LayerShape) {
        self.shape = shape
        visibleLaw = shape.visibleUnits.law(own: [])
        parameters = Parameters(visible: shape.visible, hidden: shape.hidden)
    }

    public func load(_ parameters: Parameters, step: Int) { finishLoad(parameters) }

    public func beginLoad(step: Int) { parameters.values = [] }

    /// Products read the parameters themselves.
    public func load(weights: Span<Float>, ofVisible unit: Int) {}

    public func finishLoad(_ parameters: Parameters) {
        checkShape(of: parameters)
        self.parameters = parameters
        visibleLaw = shape.visibleUnits.law(own: parameters.logVariances)
    }

    // MARK: Pre-activations

    public func upward(_ states: [UInt8], rows: Range<Int>, into result: inout [Float]) {
        let values = parameters.values
        widen(
            states, (rows.lowerBound * shape.visible)..<(rows.upperBound * shape.visible),
            shape.visibleUnits, shape.levels, into: &visibleValues)
        var inputs = visibleValues.mutableSpan
        for row in 0..<rows.count {
            inputs.withRow(row, of: shape.visible) { visibleLaw.weigh(&$0) }
        }
        let states = visibleValues
        let columns = shape.hidden
        var result = result.mutableSpan
        result.withRange((rows.lowerBound * columns)..<(rows.upperBound * columns)) { result in
            MatrixProducts.multiply(
                states.span, by: values.span, into: &result, m: rows.count, n: columns,
                k: shape.visible)
            addBias(values.span.extracting(parameters.hiddenBiasRange), rows.count, &result)
        }
    }

    public func downward(
        _ states: [UInt8], levels: StateEncoding, rows: Range<Int>, into result: inout [Float]
    ) {
        let values = parameters.values
        widen(
            states, (rows.lowerBound * shape.hidden)..<(rows.upperBound * shape.hidden),
            shape.hiddenUnits, levels, into: &hiddenValues)
        let states = hiddenValues
        let columns = shape.visible
        var result = result.mutableSpan
        result.withRange((rows.lowerBound * columns)..<(rows.upperBound * columns)) { result in
            MatrixProducts.multiply(
                states.span, by: values.span, rightTransposed: true, into: &result,
                m: rows.count, n: columns, k: shape.hidden)
            addBias(values.span.extracting(parameters.visibleBiasRange), rows.count, &result)
        }
    }

    public func drawVisible(
        given hidden: [UInt8], rows: Range<Int>, stream: RandomStream, firstRow: Int,
        into visible: inout [UInt8], at target: Int
    ) {
        let count = rows.upperBound * shape.visible
        if visibleMeans.count < count { visibleMeans = Array(repeating: 0, count: count) }
        downward(hidden, levels: .bits, rows: rows, into: &visibleMeans)
        activate(visibleLaw, columns: shape.visible, rows: rows, &visibleMeans)
        drawVisible(
            from: visibleMeans, rows: rows, stream: stream, firstRow: firstRow, into: &visible,
            at: target)
    }

    // MARK: Statistics

    public func makeStatistics(panelUnits: Int, rows: Int) -> Statistics {
        Statistics(shape, panelUnits: panelUnits, .floats)
    }

    /// Computes sums that are already divided by the global counts: gradients, once added up.
    public func collectMoments(
        visible: [UInt8], probabilities: [Float], rows: PhaseRows, rounding: PhaseRounding,
        into statistics: inout Statistics
    ) {
        let count = rows.positive + rows.negative
        widen(
            visible, 0..<(count * shape.visible), shape.visibleUnits, shape.levels,
            into: &visibleValues)
        let hidden = shape.hidden
        if hiddenValues.count < count * hidden {
            hiddenValues = Array(repeating: 0, count: count * hidden)
        }
        var hiddenSpan = hiddenValues.mutableSpan
        for row in 0..<count {
            let weight =
                row < rows.positive
                ? 1 / Float(rows.globalPositive) : -1 / Float(rows.globalNegative)
            let factor = Float(shape.hiddenUnits.scale) * weight
            let offset = Float(shape.hiddenUnits.offset) * weight
            let probability = probabilities.span.extracting(rowRange(row, of: hidden))
            hiddenSpan.withRow(row, of: hidden) { values in
                for j in values.indices { values[j] = probability[j] * factor + offset }
            }
        }

        let layout = statistics.layout
        var sums = statistics.floats.mutableSpan
        sums.withRange(layout.moments) { moments in
            for i in moments.indices { moments[i] = 0 }
        }
        let visibleValues = visibleValues
        let hiddenValues = hiddenValues
        let positive = 0..<rows.positive
        let negative = rows.positive..<count
        sums.withRange(layout.positiveVisible) {
            addRows(visibleValues.span, rows: positive, to: &$0)
        }
        sums.withRange(layout.negativeVisible) {
            addRows(visibleValues.span, rows: negative, to: &$0)
        }
        sums.withRange(layout.positiveHidden) {
            addRows(hiddenValues.span, rows: positive, to: &$0)
        }
        sums.withRange(layout.negativeHidden) {
            addRows(hiddenValues.span, rows: negative, to: &$0)
        }
        guard shape.visibleUnits.hasOwnParameters else { return }
        let bias = parameters.visibleBias
        sums.withRange(layout.squares) { squares in
            for i in squares.indices { squares[i] = 0 }
            for row in 0..<count {
                let weight =
                    row < rows.positive
                    ? 0.5 / Float(rows.globalPositive) : -0.5 / Float(rows.globalNegative)
                let values = visibleValues.span.extracting(rowRange(row, of: shape.visible))
                let bias = bias.span
                for i in squares.indices {
                    let difference = values[i] - bias[i]
                    squares[i] += weight * difference * difference
                }
            }
        }
    }

    public func collectProducts(
        ofVisible panel: Range<Int>, visible: [UInt8], rows: PhaseRows,
        into statistics: inout Statistics
    ) {
        statistics.panel = panel
        let (visibleValues, hiddenValues) = (visibleValues, hiddenValues)
        var sums = statistics.floats.mutableSpan
        MatrixProducts.multiply(
            columns: panel, of: visibleValues.span, width: shape.visible, by: hiddenValues.span,
            into: &sums, n: shape.hidden, k: rows.positive + rows.negative)
    }

    public func logVarianceGradient(
        from statistics: borrowing Statistics, counts: PhaseRows, at parameters: Parameters
    ) -> [Float] {
        let sums = statistics.floats.span
        let weights = parameters.values.span
        let first = statistics.layout.squares.lowerBound
        return (0..<shape.visible).map { i in
            let row = rowRange(i, of: shape.hidden)
            let (moments, w) = (sums.extracting(row), weights.extracting(row))
            var sum = sums[first + i]
            for j in w.indices { sum -= w[j] * moments[j] }
            return sum * exponential(-parameters.values[parameters.logVarianceRange.lowerBound + i])
        }
    }

    public func weightGradient(
        ofVisible unit: Int, from statistics: borrowing Statistics, counts: PhaseRows,
        into gradient: inout MutableSpan<Float>
    ) {
        let row = statistics.floats.span.extracting(statistics.products(ofVisible: unit))
        for j in gradient.indices { gradient[j] = row[j] }
    }

    public func dataMeans(
        from statistics: borrowing Statistics, counts: PhaseRows
    ) -> (visible: [Float], hidden: [Float]) {
        let layout = statistics.layout
        let share = 1 / Float(counts.globalPositive)
        return (
            statistics.floats[layout.positiveVisible].map { $0 * share },
            Array(statistics.floats[layout.positiveHidden])
        )
    }

    public func biasGradients(
        from statistics: borrowing Statistics, counts: PhaseRows,
        visible: inout MutableSpan<Float>, hidden: inout MutableSpan<Float>
    ) {
        let layout = statistics.layout
        let sums = statistics.floats.span
        let positive = 1 / Float(counts.globalPositive)
        let negative = 1 / Float(counts.globalNegative)
        for i in visible.indices {
            visible[i] =
                sums[layout.positiveVisible.lowerBound + i] * positive
                - sums[layout.negativeVisible.lowerBound + i] * negative
        }
        for j in hidden.indices {
            hidden[j] =
                sums[layout.positiveHidden.lowerBound + j]
                + sums[layout.negativeHidden.lowerBound + j]
        }
    }
}

/// Adds rows of values to sums, one for each column.
private func addRows(_ values: Span<Float>, rows: Range<Int>, to sums: inout MutableSpan<Float>) {
    for row in rows {
        let row = values.extracting(rowRange(row, of: sums.count))
        for j in sums.indices { sums[j] += row[j] }
    }
}

/// Turns the states of a range of units into their values, from the start of `values` on.
private func widen(
    _ bytes: [UInt8], _ range: Range<Int>, _ kind: any UnitKind, _ levels: StateEncoding,
    into values: inout [Float]
) {
    guard levels != .real else { return readReals(bytes, range, into: &values) }
    if values.count < range.count { values = Array(repeating: 0, count: range.count) }
    let factor = Float(kind.scale) / Float(levels.maximum)
    let offset = Float(kind.offset)
    let bytes = bytes.span.extracting(range)
    var values = values.mutableSpan
    values.withRange(0..<range.count) { values in
        for i in values.indices { values[i] = Float(bytes[i]) * factor + offset }
    }
}

/// Adds a bias to every row.
private func addBias(_ bias: Span<Float>, _ rows: Int, _ result: inout MutableSpan<Float>) {
    for row in 0..<rows {
        result.withRow(row, of: bias.count) { result in
            for j in result.indices { result[j] += bias[j] }
        }
    }
}
