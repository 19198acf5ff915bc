/// float32 products: the reference for the integers, and the only products for real values.
///
/// The last bits depend on the CPU, the number of rows and the threads. Two runs separate when a
/// unit's random number lies so close to its probability that the last bits decide the state.
final class Float32WeightProducts: WeightProducts {
    let shape: LayerSpec
    var kind: ArithmeticKind { .float32 }

    private var parameters: Parameters
    private var visibleLaw: any UnitLaw
    private var visibleValues: [Float] = []
    private var hiddenValues: [Float] = []
    /// Room for the fields that `forEachField` hands over.
    private var fields: [Float] = []
    /// The processes that hold the other hidden units; nil where this one holds all.
    private let group: (any HiddenGroup)?

    /// Creates the products of a layer, with all parameters zero.
    ///
    /// - Parameter group: The processes that hold the other hidden units; nil where there are none.
    init(_ shape: LayerSpec, group: (any HiddenGroup)? = nil) {
        precondition(
            group == nil || shape.isDiscrete, "units of real values that processes divide")
        self.shape = shape
        self.group = group
        visibleLaw = shape.visibleUnits.law(own: [])
        parameters = Parameters(visible: shape.visible, hidden: shape.hidden)
    }

    // MARK: Weights

    func load(_ parameters: Parameters, step: Int) {
        finishRewrite(parameters, bounds: [])
    }

    func beginRewrite(step: Int) { parameters.values = [] }

    /// Does nothing: the products read the parameters themselves.
    func write(_ weights: Span<Float>, ofVisible unit: Int) {}

    /// It is empty, because floats do not share a scale.
    var rewriteBounds: [Int32] { [] }

    func finishRewrite(_ parameters: Parameters, bounds: [[Int32]]) {
        checkShape(of: parameters)
        self.parameters = parameters
        visibleLaw = shape.visibleUnits.law(own: parameters.logVariances)
    }

    // MARK: Fields

    func writeFields(
        _ direction: Direction, of states: [UInt8], stored encoding: StateEncoding,
        rows: Range<Int>, into fields: inout [Float],
        then finish: (inout MutableSpan<Float>) -> Void
    ) {
        let columns = direction == .upward ? shape.hidden : shape.visible
        multiply(direction, states, encoding, rows, columns: columns, into: &fields)
        var span = fields.mutableSpan
        span.inBlocks(of: rows, columns: columns) { _, fields in finish(&fields) }
    }

    func forEachField(
        _ direction: Direction, of states: [UInt8], stored encoding: StateEncoding,
        rows: Range<Int>,
        _ body: (_ row: Int, _ columns: Range<Int>, inout MutableSpan<Float>) -> Void
    ) {
        let columns = direction == .upward ? shape.hidden : shape.visible
        let count = rows.upperBound * columns
        // Swapped out, so that the array has one reference while it is written; otherwise Swift
        // would copy it.
        var room: [Float] = []
        swap(&room, &fields)
        defer { swap(&room, &fields) }
        if room.count < count { room = Array(repeating: 0, count: count) }
        multiply(direction, states, encoding, rows, columns: columns, into: &room)
        var span = room.mutableSpan
        span.inBlocks(of: rows, columns: columns) { block, fields in
            for row in block {
                fields.withRow(row - block.lowerBound, of: columns) {
                    body(row - rows.lowerBound, 0..<columns, &$0)
                }
            }
        }
    }

    /// Adds up the products of all processes for each visible unit, in the order of the processes.
    ///
    /// Every process is sent all products of all others: this is for comparison, not for speed.
    func forEachSharedField(
        of states: [UInt8], stored encoding: StateEncoding, rows: Range<Int>,
        shares: [Range<Int>],
        _ body: (_ row: Int, _ columns: Range<Int>, inout MutableSpan<Float>) -> Void
    ) {
        guard let group else { preconditionFailure("this process holds all hidden units") }
        let visible = shape.visible
        var products = [Float](repeating: 0, count: rows.upperBound * visible)
        multiply(
            .downward, states, encoding, rows, columns: visible, hasBias: false, into: &products)
        let all = group.gather(Array(products[(rows.lowerBound * visible)...]))
        let share = shares[group.place]
        let bias = parameters.visibleBias
        var fields = [Float](repeating: 0, count: share.count)
        for row in 0..<rows.count {
            for (place, unit) in share.enumerated() {
                fields[place] =
                    all.reduce(Float(0)) { $0 + $1[row * visible + unit] } + bias[unit]
            }
            var span = fields.mutableSpan
            body(row, share, &span)
        }
    }

    private func multiply(
        _ direction: Direction, _ states: [UInt8], _ encoding: StateEncoding, _ rows: Range<Int>,
        columns: Int, hasBias: Bool = true, into result: inout [Float]
    ) {
        let isUpward = direction == .upward
        let depth = isUpward ? shape.visible : shape.hidden
        let kind = isUpward ? shape.visibleUnits : shape.hiddenUnits
        if isUpward {
            widen(states, rows, depth, kind, encoding, into: &visibleValues)
            var inputs = visibleValues.mutableSpan
            for row in 0..<rows.count {
                inputs.withRow(row, of: depth) { visibleLaw.weigh(&$0) }
            }
        } else {
            widen(states, rows, depth, kind, encoding, into: &hiddenValues)
        }
        let values = parameters.values
        let inputs = isUpward ? visibleValues : hiddenValues
        let bias = isUpward ? parameters.hiddenBiasRange : parameters.visibleBiasRange
        var result = result.mutableSpan
        result.withRange((rows.lowerBound * columns)..<(rows.upperBound * columns)) { result in
            MatrixProducts.multiply(
                inputs.span, by: values.span, rightTransposed: !isUpward, into: &result,
                m: rows.count, n: columns, k: depth)
            if hasBias { addBias(values.span.extracting(bias), rows.count, &result) }
        }
    }

    // MARK: Statistics

    func makeStatistics(panelUnits: Int, rows: Int) -> Statistics {
        Statistics(shape, panelUnits: panelUnits, products: .float32)
    }

    /// Adds up terms that are already divided by the global counts.
    ///
    /// Summed over the processes they are gradients.
    func collectMoments(
        visible: [UInt8], probabilities: [Float], rows: StepShare, rounding: PhaseRounding,
        into statistics: inout Statistics
    ) {
        let count = rows.positive + rows.negative
        widen(
            visible, 0..<count, shape.visible, shape.visibleUnits, shape.encoding,
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

        let (visibleValues, hiddenValues) = (visibleValues, hiddenValues)
        let positive = 0..<rows.positive
        let negative = rows.positive..<count
        let layout = statistics.layout
        let (law, bias) = (visibleLaw, parameters.visibleBias)
        statistics.moments.withFloat32 { sums in
            for i in sums.indices { sums[i] = 0 }
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
            sums.withRange(layout.ownParameters) { own in
                guard own.count > 0 else { return }
                for row in 0..<count {
                    let weight =
                        row < rows.positive
                        ? 1 / Float(rows.globalPositive) : -1 / Float(rows.globalNegative)
                    law.addOwnStatistics(
                        of: visibleValues.span.extracting(rowRange(row, of: bias.count)),
                        bias: bias.span, weight: weight, to: &own)
                }
            }
        }
    }

    func collectProducts(
        ofVisible panel: Range<Int>, visible: [UInt8], rows: StepShare,
        into statistics: inout Statistics
    ) {
        statistics.panel = panel
        let (visibleValues, hiddenValues) = (visibleValues, hiddenValues)
        statistics.products.withFloat32 { sums in
            MatrixProducts.multiply(
                columns: panel, of: visibleValues.span, width: shape.visible,
                by: hiddenValues.span, into: &sums, n: shape.hidden,
                k: rows.positive + rows.negative)
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

/// Turns rows of states into the values of their units.
///
/// The first row goes to the start of `values`.
private func widen(
    _ bytes: [UInt8], _ rows: Range<Int>, _ columns: Int, _ kind: any UnitKind,
    _ encoding: StateEncoding, into values: inout [Float]
) {
    let range = (rows.lowerBound * columns)..<(rows.upperBound * columns)
    guard encoding != .float32 else { return readReals(bytes, range, into: &values) }
    if values.count < range.count { values = Array(repeating: 0, count: range.count) }
    let factor = Float(kind.scale) / Float(encoding.maximum)
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
