/// Which way a product with the weights goes.
enum Direction: Sendable {
    /// From visible states to hidden fields, c + Wᵀv.
    case upward
    /// From hidden states to visible fields, b + Wh.
    case downward
}

/// The matrix products of one layer in one number system, and the weights as the system holds them.
///
/// Nothing else of a layer depends on how numbers are stored: states enter in their encoding, and
/// fields leave as float32. `Layer` knows what units make of their fields, and `Statistics` what
/// sums over cases mean.
protocol WeightProducts: AnyObject {
    var shape: LayerSpec { get }
    var kind: ArithmeticKind { get }

    // MARK: Weights

    /// Takes over parameters, whose shape is the layer's.
    ///
    /// - Parameter step: The step that uses the parameters; it names the random numbers of a
    ///   stochastic rounding.
    func load(_ parameters: Parameters, step: Int)

    /// Gives up the parameters: their owner may then change them in place, without a copy.
    ///
    /// `WeightRewrite` calls this, then `write` for every visible unit, then `finishRewrite`.
    func beginRewrite(step: Int)

    /// Takes over the new weights of one visible unit.
    ///
    /// Several threads may do so at once, for different units.
    ///
    /// - Parameter weights: Shape `[hidden]`.
    func write(_ weights: Span<Float>, ofVisible unit: Int)

    /// What the new rows ask of all processes that hold columns; every row was written before.
    var rewriteBounds: [Int32] { get }

    /// Takes over the biases of the new parameters.
    ///
    /// - Parameter bounds: The `rewriteBounds` of each process that holds columns.
    func finishRewrite(_ parameters: Parameters, bounds: [[Int32]])

    // MARK: Fields

    /// Computes the fields of one side from some rows of states of the other, into the same rows of
    /// the result.
    ///
    /// - Parameters:
    ///   - states: Shape `[…, units that are multiplied]`.
    ///   - encoding: How the states are stored.
    ///   - fields: Shape `[…, units of the other side]`.
    ///   - finish: Receives each field once, in parts of rows, while the part is in a cache. Runs
    ///     on several threads at once.
    func writeFields(
        _ direction: Direction, of states: [UInt8], stored encoding: StateEncoding,
        rows: Range<Int>, into fields: inout [Float],
        then finish: (inout MutableSpan<Float>) -> Void)

    /// Computes the same fields and hands each over once, in parts of rows, without keeping them in
    /// memory.
    ///
    /// - Parameter body: Receives the row, counted from the first of `rows`, and a range of columns
    ///   that begins at a multiple of 64. Runs on several threads at once.
    func forEachField(
        _ direction: Direction, of states: [UInt8], stored encoding: StateEncoding,
        rows: Range<Int>,
        _ body: (_ row: Int, _ columns: Range<Int>, inout MutableSpan<Float>) -> Void)

    /// Computes the visible fields of this process's share, where processes divide the hidden units, and
    /// hands each over once, in parts of rows.
    ///
    /// It is a collective of the processes that hold the other hidden units.
    ///
    /// - Parameters:
    ///   - states: Bytes of this process's hidden units, shape `[…, hidden]`.
    ///   - encoding: Whether the bytes are states or means.
    ///   - shares: The visible columns of each process.
    ///   - body: As that of `forEachField`.
    func forEachSharedField(
        of states: [UInt8], stored encoding: StateEncoding, rows: Range<Int>,
        shares: [Range<Int>],
        _ body: (_ row: Int, _ columns: Range<Int>, inout MutableSpan<Float>) -> Void)

    // MARK: Statistics

    /// Makes room for the statistics of a step.
    ///
    /// - Parameters:
    ///   - panelUnits: The most visible units of a panel.
    ///   - rows: The most rows that a phase has over all processes.
    func makeStatistics(panelUnits: Int, rows: Int) -> Statistics

    /// Computes this process's share of the moments of one step, and prepares the products.
    ///
    /// - Parameters:
    ///   - visible: The states in their encoding, positive rows before negative ones, shape
    ///     `[rows, visible]`.
    ///   - probabilities: The means of hidden levels, in the same order, shape `[rows, hidden]`.
    ///   - rows: How many rows each phase has in this process, and how many in all processes.
    ///   - rounding: The random numbers for rounding means to bytes; float32 does not use them.
    func collectMoments(
        visible: [UInt8], probabilities: [Float], rows: StepShare, rounding: PhaseRounding,
        into statistics: inout Statistics)

    /// Computes this process's share of Σ v hᵀ for a panel of visible units.
    ///
    /// - Parameters: The same as `collectMoments` was given before.
    func collectProducts(
        ofVisible panel: Range<Int>, visible: [UInt8], rows: StepShare,
        into statistics: inout Statistics)
}

extension WeightProducts {
    func checkShape(of parameters: Parameters) {
        precondition(
            parameters.visibleCount == shape.visible && parameters.hiddenCount == shape.hidden,
            "parameters \(parameters.visibleCount)×\(parameters.hiddenCount) for a layer "
                + "\(shape.visible)×\(shape.hidden)")
    }
}
