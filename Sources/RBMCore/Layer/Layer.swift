public import RandomStreams

/// A layer at work: the products with its weights, and what its units make of their fields.
///
/// The products run in the number system of `arithmetic`, the laws of the two sides in float32.
/// `LayerSpec` says how states are stored. Means of levels are float32; for units of two states
/// they are probabilities.
public final class Layer {
    public let shape: LayerSpec

    /// The law of the visible units with the parameters of the last `load`.
    public private(set) var visibleLaw: any UnitLaw
    public let hiddenLaw: any UnitLaw
    /// The biases of the visible units with the parameters of the last `load`, shape `[visible]`.
    private(set) var visibleBias: [Float]
    /// The biases of this process's hidden units with the parameters of the last `load`, shape
    /// `[hidden]`.
    private(set) var hiddenBias: [Float]

    /// The processes that hold the other hidden units; nil where this one holds all.
    let group: (any HiddenGroup)?

    /// The columns of this process, where fields and states of hidden units are handed over and taken
    /// with the columns of all processes; nil where they have this process's columns.
    let joined: HiddenSlice?

    /// Whether fields and states of hidden units have the columns of all processes.
    var hasAllColumns: Bool { group == nil || joined != nil }

    private let products: any WeightProducts
    /// The fields of this process's hidden columns, before those of all are joined.
    private var ownFields: [Float] = []
    /// Room for the fields of whole rows, for kinds that cannot be drawn block by block.
    private var visibleFields: [Float] = []
    /// Visible states that processes draw, as bits.
    private var drawnBits: [UInt8] = []

    /// Creates a layer with all parameters zero.
    ///
    /// - Parameters:
    ///   - group: That of the products.
    ///   - joins: Whether fields and states of hidden units have the columns of all processes.
    init(
        _ products: any WeightProducts, group: (any HiddenGroup)? = nil, joins: Bool = false
    ) {
        self.products = products
        self.group = group
        joined = joins && group != nil ? products.shape.hiddenSlice : nil
        shape = joined == nil ? products.shape : products.shape.withAllColumns
        visibleLaw = shape.visibleUnits.law(own: [])
        hiddenLaw = shape.hiddenUnits.law(own: [])
        visibleBias = Array(repeating: 0, count: shape.visible)
        hiddenBias = Array(repeating: 0, count: products.shape.hidden)
    }

    /// The number system of the products.
    public var arithmetic: ArithmeticKind { products.kind }

    // MARK: Parameters

    /// Takes over parameters, whose shape must be the layer's.
    ///
    /// - Parameter step: The step that uses the parameters; it names the random numbers of a
    ///   stochastic rounding.
    public func load(_ parameters: Parameters, step: Int = 0) {
        products.load(parameters, step: step)
        visibleLaw = shape.visibleUnits.law(own: parameters.logVariances)
        visibleBias = parameters.visibleBias
        hiddenBias = parameters.hiddenBias
    }

    /// Gives up the parameters, so that their owner changes them without a copy, and takes over new
    /// ones row by row.
    ///
    /// - Parameter step: The same as that of `load`.
    public func rewrite(step: Int) -> WeightRewrite {
        precondition(joined == nil, "a layer that is measured is not trained")
        products.beginRewrite(step: step)
        return WeightRewrite(self)
    }

    fileprivate func write(_ weights: Span<Float>, ofVisible unit: Int) {
        products.write(weights, ofVisible: unit)
    }

    fileprivate var rewriteBounds: [Int32] { products.rewriteBounds }

    fileprivate func finishRewrite(_ parameters: Parameters, bounds: [[Int32]]) {
        products.finishRewrite(parameters, bounds: bounds)
        visibleLaw = shape.visibleUnits.law(own: parameters.logVariances)
        visibleBias = parameters.visibleBias
        hiddenBias = parameters.hiddenBias
    }

    // MARK: Fields and means

    /// Computes c + Wᵀv for some rows of visible states, into the same rows of the result.
    ///
    /// - Parameters:
    ///   - states: Shape `[…, visibleBytes]`.
    ///   - result: Shape `[…, hidden]`.
    public func upward(_ states: [UInt8], rows: Range<Int>, into result: inout [Float]) {
        guard let group, let joined else {
            return products.writeFields(
                .upward, of: states, stored: shape.encoding, rows: rows, into: &result
            ) { _ in }
        }
        let own = joined.columns.count
        if ownFields.count < rows.upperBound * own {
            ownFields = Array(repeating: 0, count: rows.upperBound * own)
        }
        products.writeFields(
            .upward, of: states, stored: shape.encoding, rows: rows, into: &ownFields
        ) { _ in }
        result.replaceSubrange(
            (rows.lowerBound * shape.hidden)..<(rows.upperBound * shape.hidden),
            with: group.join(
                ownFields[(rows.lowerBound * own)..<(rows.upperBound * own)], rows: rows.count))
    }

    /// The columns of this process among hidden states of the first rows.
    private func ownColumns(of states: [UInt8], rows: Range<Int>) -> [UInt8] {
        joined?.cut(states[..<(rows.upperBound * shape.hidden)]) ?? states
    }

    /// Computes b + Wh for some rows of hidden states, into the same rows of the result.
    ///
    /// - Parameters:
    ///   - states: Bytes, shape `[…, hidden]`; of hidden units with real values four for each.
    ///   - encoding: How the bytes store states or means.
    ///   - result: Shape `[…, visible]`.
    public func downward(
        _ states: [UInt8], encoding: StateEncoding, rows: Range<Int>, into result: inout [Float]
    ) {
        if let group {
            return downward(
                ownColumns(of: states, rows: rows), encoding: encoding, of: group, rows: rows,
                into: &result)
        }
        products.writeFields(.downward, of: states, stored: encoding, rows: rows, into: &result) {
            _ in
        }
    }

    /// Does the same where processes divide the hidden units: each converts its share of the fields.
    private func downward(
        _ states: [UInt8], encoding: StateEncoding, of group: any HiddenGroup, rows: Range<Int>,
        into result: inout [Float]
    ) {
        let shares = HiddenSlice.parts(of: shape.visible, among: group.slices.count)
        let own = shares[group.place]
        var fields = [Float](repeating: 0, count: rows.count * own.count)
        var span = fields.mutableSpan
        span.shared { fields in
            products.forEachSharedField(
                of: states, stored: encoding, rows: rows, shares: shares
            ) { row, columns, x in
                let place = columns.offset(by: row * own.count - own.lowerBound)
                fields.withRange(place) { for i in $0.indices { $0[i] = x[i] } }
            }
        }
        let all = group.gather(fields, counts: shares.map { rows.count * $0.count })
        for share in shares {
            for row in 0..<rows.count {
                let start = rows.count * share.lowerBound + row * share.count
                let target = (rows.lowerBound + row) * shape.visible + share.lowerBound
                for i in 0..<share.count { result[target + i] = all[start + i] }
            }
        }
    }

    /// Computes the means of hidden levels given some rows of visible states, into the same rows of
    /// the result.
    ///
    /// - Parameters: The same as those of `upward`.
    public func hiddenProbabilities(
        _ states: [UInt8], rows: Range<Int>, into result: inout [Float]
    ) {
        guard shape.hiddenUnits.columns == 1, joined == nil else {
            // The law needs all columns of a unit at once, and a block may end within a unit.
            upward(states, rows: rows, into: &result)
            return activateHidden(&result, rows: rows)
        }
        let law = hiddenLaw
        products.writeFields(
            .upward, of: states, stored: shape.encoding, rows: rows, into: &result
        ) { law.levels(fields: &$0) }
    }

    /// Turns fields of hidden units into the means of their levels, in place.
    public func activateHidden(_ fields: inout [Float], rows: Range<Int>) {
        activate(hiddenLaw, columns: shape.hidden, rows: rows, &fields)
    }

    /// Turns fields of visible units into the means of their levels, in place.
    public func activateVisible(_ fields: inout [Float], rows: Range<Int>) {
        activate(visibleLaw, columns: shape.visible, rows: rows, &fields)
    }

    // MARK: Draws

    /// Draws hidden states from the means of their levels.
    ///
    /// - Parameters:
    ///   - means: Shape `[…, hidden]`; only `rows` are drawn.
    ///   - firstRow: The global number of the first row drawn. The numbers of the rows name their
    ///     random numbers.
    ///   - states: Shape `[…, hiddenBytes]`, written from row `target` on.
    public func drawHidden(
        from means: [Float], rows: Range<Int>, stream: RandomStream, firstRow: Int,
        into states: inout [UInt8], at target: Int
    ) {
        sample(
            hiddenLaw, means, rows: rows, columns: shape.hidden, bytes: shape.hiddenBytes, one: 1,
            stream: stream, firstRow: firstRow, into: &states, at: target,
            slice: shape.hiddenSlice, unit: shape.hiddenUnits.columns)
    }

    /// Draws visible states from the means of their levels.
    ///
    /// - Parameters:
    ///   - means: Shape `[…, visible]`; only `rows` are drawn.
    ///   - firstRow: The global number of the first row drawn. The numbers of the rows name their
    ///     random numbers.
    ///   - states: Shape `[…, visibleBytes]`, written from row `target` on.
    public func drawVisible(
        from means: [Float], rows: Range<Int>, stream: RandomStream, firstRow: Int,
        into states: inout [UInt8], at target: Int
    ) {
        sample(
            visibleLaw, means, rows: rows, columns: shape.visible, bytes: shape.visibleBytes,
            one: one, stream: stream, firstRow: firstRow, into: &states, at: target)
    }

    /// Draws visible states given some rows of hidden ones.
    ///
    /// - Parameters:
    ///   - hidden: States as `drawHidden` draws them, shape `[…, hiddenBytes]`.
    ///   - firstRow: The global number of the first row drawn. The numbers of the rows name their
    ///     random numbers.
    ///   - visible: Shape `[…, visibleBytes]`, written from row `target` on.
    public func drawVisible(
        given hidden: [UInt8], rows: Range<Int>, stream: RandomStream, firstRow: Int,
        into visible: inout [UInt8], at target: Int
    ) {
        guard shape.visibleUnits.columns == 1, shape.encoding != .float32 else {
            return drawWholeRows(
                given: hidden, rows: rows, stream: stream, firstRow: firstRow, into: &visible,
                at: target)
        }
        if let group {
            return drawVisible(
                given: ownColumns(of: hidden, rows: rows), of: group, rows: rows, stream: stream,
                firstRow: firstRow, into: &visible, at: target)
        }
        let (units, law, one) = (shape.visible, visibleLaw, one)
        var visible = visible.mutableSpan
        visible.shared { visible in
            products.forEachField(
                .downward, of: hidden, stored: shape.hiddenEncoding, rows: rows
            ) { row, columns, x in
                visible.withRange(columns.offset(by: (target + row) * units)) {
                    law.draw(
                        fields: &x, row: firstRow + row, units: columns, from: stream, one: one,
                        into: &$0)
                }
            }
        }
    }

    /// Does the same where processes divide the hidden units: each draws its share of the visible ones.
    private func drawVisible(
        given hidden: [UInt8], of group: any HiddenGroup, rows: Range<Int>, stream: RandomStream,
        firstRow: Int, into visible: inout [UInt8], at target: Int
    ) {
        // The first processes have more hidden units, so that the last ones draw more visible ones.
        let shares = HiddenSlice.parts(
            of: shape.visible, among: group.slices.count, largestLast: true)
        let own = shares[group.place]
        let packing = BitPacking(rows: rows.count, shares: shares)
        let (law, one, width) = (visibleLaw, one, shape.visible)
        if drawnBits.count != packing.bytes {
            drawnBits = Array(repeating: 0, count: packing.bytes)
        }
        var states = visible.mutableSpan
        var bits = drawnBits.mutableSpan
        bits.shared { bits in
            states.shared { states in
                products.forEachSharedField(
                    of: hidden, stored: .bits, rows: rows, shares: shares
                ) {
                    row, columns, x in
                    states.withRange(columns.offset(by: (target + row) * width)) { states in
                        law.draw(
                            fields: &x, row: firstRow + row, units: columns, from: stream,
                            one: one, into: &states)
                        let place = packing.range(
                            ofRow: row, columns.offset(by: -own.lowerBound), of: group.place)
                        bits.withRange(place) { packBits(states.span, into: &$0) }
                    }
                }
            }
        }
        group.bringTogether(&drawnBits, packing.ranges)
        let all = drawnBits
        states.inBlocks(of: target..<(target + rows.count), columns: width) { block, states in
            for (place, share) in shares.enumerated() where place != group.place {
                for row in block {
                    let bits = packing.range(ofRow: row - target, 0..<share.count, of: place)
                    states.withRange(share.offset(by: (row - block.lowerBound) * width)) {
                        unpackBits(all.span.extracting(bits), one: one, into: &$0)
                    }
                }
            }
        }
    }

    /// Does the same for kinds that draw a unit from several columns, or draw whole rows only.
    ///
    /// Where processes divide the hidden units, each draws the same rows from the fields of all.
    private func drawWholeRows(
        given hidden: [UInt8], rows: Range<Int>, stream: RandomStream, firstRow: Int,
        into visible: inout [UInt8], at target: Int
    ) {
        let count = rows.upperBound * shape.visible
        if visibleFields.count < count { visibleFields = Array(repeating: 0, count: count) }
        downward(hidden, encoding: shape.hiddenEncoding, rows: rows, into: &visibleFields)
        activateVisible(&visibleFields, rows: rows)
        drawVisible(
            from: visibleFields, rows: rows, stream: stream, firstRow: firstRow, into: &visible,
            at: target)
    }

    /// Draws the visible states of rows 0, 1, … given their hidden ones, in fields that are mixed with those
    /// of a base model: own·x + rest·base.
    ///
    /// - Parameters:
    ///   - hidden: States as `drawHidden` draws them, shape `[…, hiddenBytes]`.
    ///   - base: Shape `[visible]`.
    ///   - draws: One for each row.
    ///   - visible: Shape `[…, visibleBytes]`.
    func drawVisible(
        given hidden: [UInt8], mixedWith base: [Float], _ draws: [MixedDraw],
        into visible: inout [UInt8]
    ) {
        let (rows, units, bytes) = (0..<draws.count, shape.visible, shape.visibleBytes)
        let (law, one) = (visibleLaw, one)
        guard group == nil, shape.visibleUnits.columns == 1, shape.encoding != .float32 else {
            var fields = [Float](repeating: 0, count: rows.count * units)
            downward(hidden, encoding: shape.hiddenEncoding, rows: rows, into: &fields)
            var visible = visible.mutableSpan
            visible.inBlocks(of: rows, columns: bytes) { block, states in
                for row in block {
                    var x = Array(fields[rowRange(row, of: units)])
                    var span = x.mutableSpan
                    draws[row].mix(&span, with: base.span)
                    law.levels(fields: &span)
                    states.withRow(row - block.lowerBound, of: bytes) {
                        law.draw(
                            x.span, row: draws[row].row, from: draws[row].stream, one: one,
                            into: &$0)
                    }
                }
            }
            return
        }
        var states = visible.mutableSpan
        states.shared { states in
            products.forEachField(
                .downward, of: hidden, stored: shape.hiddenEncoding, rows: rows
            ) { row, columns, x in
                draws[row].mix(&x, with: base.span.extracting(columns))
                states.withRange(columns.offset(by: row * units)) {
                    law.draw(
                        fields: &x, row: draws[row].row, units: columns,
                        from: draws[row].stream, one: one, into: &$0)
                }
            }
        }
    }

    /// The byte of the visible level 1.
    private var one: UInt8 { UInt8(truncatingIfNeeded: shape.encoding.maximum) }

    // MARK: Statistics

    /// Makes room for the statistics of a step.
    ///
    /// - Parameters:
    ///   - panelUnits: The most visible units of a panel; nil for all units of the layer.
    ///   - rows: The most rows that a phase has over all processes.
    public func makeStatistics(panelUnits: Int? = nil, rows: Int = .max) -> Statistics {
        precondition(joined == nil, "a layer that is measured is not trained")
        return products.makeStatistics(panelUnits: panelUnits ?? shape.visible, rows: rows)
    }

    /// Computes this process's share of the moments of one step, and prepares the products.
    ///
    /// - Parameters:
    ///   - visible: The states in their encoding, positive rows before negative ones, shape
    ///     `[rows, visibleBytes]`.
    ///   - probabilities: The means of hidden levels, in the same order, shape `[rows, hidden]`.
    ///   - rows: How many rows each phase has in this process, and how many in all processes.
    ///   - rounding: The random numbers for rounding means to bytes; float32 does not use them.
    public func collectMoments(
        visible: [UInt8], probabilities: [Float], rows: StepShare, rounding: PhaseRounding,
        into statistics: inout Statistics
    ) {
        products.collectMoments(
            visible: visible, probabilities: probabilities, rows: rows, rounding: rounding,
            into: &statistics)
    }

    /// Computes this process's share of Σ v hᵀ for a panel of visible units.
    ///
    /// - Parameters: The same as `collectMoments` was given before.
    public func collectProducts(
        ofVisible panel: Range<Int>, visible: [UInt8], rows: StepShare,
        into statistics: inout Statistics
    ) {
        products.collectProducts(
            ofVisible: panel, visible: visible, rows: rows, into: &statistics)
    }
}

/// How a row of visible units is drawn whose fields are mixed with those of a base model.
struct MixedDraw {
    /// The factor of the row's own fields.
    let own: Float
    /// The factor of the base model's fields.
    let rest: Float
    let stream: RandomStream
    /// The global number of the row, which names its random numbers.
    let row: Int

    /// Mixes fields in place.
    @inline(__always)
    fileprivate func mix(_ x: inout MutableSpan<Float>, with base: Span<Float>) {
        for i in x.indices { x[i] = own * x[i] + rest * base[i] }
    }
}

/// New weights on their way into a layer.
///
/// `Layer.rewrite` makes the value. Then the weights of every visible unit follow, once each and in
/// any order, and `finish` ends the rewrite. Until then the layer cannot be used.
public struct WeightRewrite: ~Copyable {
    private let layer: Layer

    fileprivate init(_ layer: Layer) { self.layer = layer }

    /// The processes that hold the other hidden units; nil where this one holds all.
    var group: (any HiddenGroup)? { layer.group }

    /// Receives the rows.
    ///
    /// Several threads may use it at once, for different rows.
    public var rows: Rows { Rows(layer: layer) }

    /// Takes over the rows of new weights.
    public struct Rows {
        fileprivate let layer: Layer

        /// Takes over the new weights of one visible unit, shape `[hidden]`.
        public func write(_ weights: Span<Float>, ofVisible unit: Int) {
            layer.write(weights, ofVisible: unit)
        }
    }

    /// What the rows of this process ask of all processes that hold columns; every row was written before.
    var bounds: [Int32] { layer.rewriteBounds }

    /// Takes over the biases of the new parameters.
    ///
    /// It takes over the weights again if all rows together ask for another scale.
    ///
    /// - Parameter bounds: The `bounds` of each process that holds columns.
    consuming func finish(_ parameters: Parameters, bounds: [[Int32]]) {
        layer.finishRewrite(parameters, bounds: bounds)
    }
}
