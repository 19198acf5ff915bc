/// Which way a product with the weights goes.
enum Direction: Sendable {
    /// From visible states to hidden fields, c + Wᵀv.
    case upward
    /// From hidden states to visible fields, b + Wh.
    case downward
}

/// The matrix products of one layer in one number system, and the weights as the system holds them.
///
/// Nothing else of a layer depends on how numbers are stored. States enter as they are stored, fields
/// leave as float32. What units make of their fields is the business of `Layer`, and what sums over
/// cases mean that of `Statistics`.
protocol WeightProducts: AnyObject {
    var shape: LayerShape { get }
    var kind: ArithmeticKind { get }

    // MARK: Weights

    /// Takes over parameters, whose shape is the layer's.
    ///
    /// - Parameter step: The step that uses them; names the random numbers of a stochastic rounding.
    func load(_ parameters: Parameters, step: Int)

    /// Lets go of the parameters, so that their owner changes them without a copy.
    ///
    /// `WeightRewrite` calls this, then `write` for every visible unit, then `finishRewrite`.
    func beginRewrite(step: Int)

    /// Takes over the new weights of one visible unit; several threads may do so at once, each with its
    /// units.
    ///
    /// - Parameter weights: Shape `[hidden]`.
    func write(_ weights: Span<Float>, ofVisible unit: Int)

    /// Takes over the biases of new parameters, whose weights are written.
    func finishRewrite(_ parameters: Parameters)

    // MARK: Fields

    /// Computes the fields above or below some rows of states, into the same rows of the result.
    ///
    /// - Parameters:
    ///   - states: Shape `[…, units that are multiplied]`.
    ///   - encoding: How they are stored.
    ///   - fields: Shape `[…, units of the other side]`.
    ///   - finish: Receives each field once, in parts of rows, while it is in a cache; on several threads
    ///     at once.
    func writeFields(
        _ direction: Direction, of states: [UInt8], stored encoding: StateEncoding,
        rows: Range<Int>, into fields: inout [Float],
        then finish: (inout MutableSpan<Float>) -> Void)

    /// Computes the same fields and hands each over once, in parts of rows that no memory keeps; on
    /// several threads at once.
    ///
    /// - Parameter body: Gets the row, counted from the first of `rows`, and columns from a multiple of
    ///   64 on.
    func forEachField(
        _ direction: Direction, of states: [UInt8], stored encoding: StateEncoding,
        rows: Range<Int>,
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
    ///   - visible: As stored, the positive rows and then the negative ones, shape `[rows, visible]`.
    ///   - probabilities: The means of hidden levels, rows likewise, shape `[rows, hidden]`.
    ///   - rows: How many rows of either phase there are here, and how many in all processes.
    ///   - rounding: Randomness for rounding means to bytes, where that is done.
    func collectMoments(
        visible: [UInt8], probabilities: [Float], rows: StepShare, rounding: PhaseRounding,
        into statistics: inout Statistics)

    /// Computes this process's share of Σ v hᵀ for a panel of visible units.
    ///
    /// - Parameters: As `collectMoments` had them before.
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
