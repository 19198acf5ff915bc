public import RandomStreams

/// The number system in which a layer is trained.
public enum ArithmeticKind: String, Sendable, CaseIterable {
    /// Weights rounded to two bytes, exact products: the same bits on any number of ranks.
    case integer

    /// Training with weights rounded to one byte, at random and afresh each step: half their memory,
    /// and noise in every pre-activation.
    case integerOneByte = "integer-one-byte"

    /// float32 products: the reference for the integers.
    case float32

    /// The arithmetic of what is not trained: monitors, frozen layers and evaluation never use one
    /// byte.
    public var whenFrozen: ArithmeticKind { self == .integerOneByte ? .integer : self }

    /// This arithmetic, or float32 for units that integers cannot stand for.
    public func able(of units: any UnitKind) -> ArithmeticKind {
        units.isDiscrete ? self : .float32
    }
}

/// The matrix products of one layer and what belongs to them: the rounded weights, the statistics.
///
/// States enter as bytes; pre-activations leave as float32. The parameters are told by `load`, and
/// hold until the next `load`.
public protocol LayerArithmetic: AnyObject {
    var shape: LayerShape { get }
    var kind: ArithmeticKind { get }

    /// Takes over parameters, whose shape must be the layer's.
    ///
    /// - Parameter step: The step that uses them; names the random numbers of a stochastic rounding.
    func load(_ parameters: Parameters, step: Int)

    /// The law of the visible units with the parameters of the last `load`.
    var visibleLaw: any UnitLaw { get }

    /// Lets go of the parameters, so that their owner changes them without a copy; what follows are
    /// all rows of the new weights, and `finishLoad`.
    ///
    /// - Parameter step: As `load` has it.
    func beginLoad(step: Int)

    /// Takes over the new weights of one visible unit; several threads may do so at once, each with
    /// its units.
    ///
    /// - Parameter weights: Shape `[hidden]`.
    func load(weights: Span<Float>, ofVisible unit: Int)

    /// Takes over what else there is of new parameters whose weights are loaded.
    func finishLoad(_ parameters: Parameters)

    /// Computes c + Wᵀv for some rows of states, into the same rows of the result.
    ///
    /// - Parameters:
    ///   - states: Visible bytes of the shape's levels, shape `[…, visible]`.
    ///   - result: Shape `[…, hidden]`.
    func upward(_ states: [UInt8], rows: Range<Int>, into result: inout [Float])

    /// Computes b + Wh for some rows of states, into the same rows of the result.
    ///
    /// - Parameters:
    ///   - states: Hidden bytes, shape `[…, hidden]`.
    ///   - levels: Whether the bytes are states or means.
    ///   - result: Shape `[…, visible]`.
    func downward(
        _ states: [UInt8], levels: StateEncoding, rows: Range<Int>, into result: inout [Float])

    /// Computes the probabilities that hidden units are 1 given some rows of visible states, into the
    /// same rows of the result.
    ///
    /// - Parameters: As `upward` has them.
    func hiddenProbabilities(_ states: [UInt8], rows: Range<Int>, into result: inout [Float])

    /// Draws visible states given some rows of hidden ones.
    ///
    /// - Parameters:
    ///   - hidden: Bytes 0 or 1, shape `[…, hidden]`.
    ///   - firstRow: The global number of the first row drawn, which names its random numbers.
    ///   - visible: Shape `[…, visibleBytes]`, written from row `target` on.
    func drawVisible(
        given hidden: [UInt8], rows: Range<Int>, stream: RandomStream, firstRow: Int,
        into visible: inout [UInt8], at target: Int)

    /// Makes an empty account of the statistics of a step.
    ///
    /// - Parameters:
    ///   - panelUnits: For how many visible units at once, at most.
    ///   - rows: The most rows that a phase has over all processes.
    func makeStatistics(panelUnits: Int, rows: Int) -> Statistics

    /// Computes this process's share of the moments of one step, and prepares the products.
    ///
    /// - Parameters:
    ///   - visible: Bytes, the positive rows and then the negative ones, shape `[rows, visible]`.
    ///   - probabilities: That each hidden unit is 1, rows likewise, shape `[rows, hidden]`.
    ///   - rows: How many rows of either phase there are here, and how many in all processes.
    ///   - rounding: Randomness for rounding means to bytes, where that is done.
    func collectMoments(
        visible: [UInt8], probabilities: [Float], rows: PhaseRows, rounding: PhaseRounding,
        into statistics: inout Statistics)

    /// Computes this process's share of Σ v hᵀ for a panel of visible units.
    ///
    /// - Parameters: As `collectMoments` had them before.
    func collectProducts(
        ofVisible panel: Range<Int>, visible: [UInt8], rows: PhaseRows,
        into statistics: inout Statistics)

    /// Writes the gradient of the log-likelihood by the weights of one visible unit; by those of a
    /// Gaussian unit, times its variance.
    ///
    /// - Parameters:
    ///   - unit: One of the panel.
    ///   - statistics: Summed over all processes.
    ///   - gradient: Shape `[hidden]`; means over cases, in nats.
    func weightGradient(
        ofVisible unit: Int, from statistics: borrowing Statistics, counts: PhaseRows,
        into gradient: inout MutableSpan<Float>)

    /// Returns the means of the units' values over the rows of the data phase.
    ///
    /// - Parameter statistics: Summed over all processes.
    func dataMeans(
        from statistics: borrowing Statistics, counts: PhaseRows
    ) -> (visible: [Float], hidden: [Float])

    /// Returns the gradient by the logarithms of the variances of Gaussian visible units, in nats.
    ///
    /// - Parameters:
    ///   - statistics: With all units in one panel.
    ///   - parameters: Those at which the statistics were taken.
    func logVarianceGradient(
        from statistics: borrowing Statistics, counts: PhaseRows, at parameters: Parameters
    ) -> [Float]

    /// Writes the gradients by the visible and the hidden biases; by those of Gaussian units, times
    /// their variances.
    ///
    /// - Parameters:
    ///   - visible: Shape `[visible]`.
    ///   - hidden: Shape `[hidden]`.
    func biasGradients(
        from statistics: borrowing Statistics, counts: PhaseRows,
        visible: inout MutableSpan<Float>, hidden: inout MutableSpan<Float>)
}

extension LayerArithmetic {
    /// Takes over the parameters of a layer that is not trained.
    public func load(_ parameters: Parameters) { load(parameters, step: 0) }

    /// Makes an empty account of the statistics of a step, for all visible units at once and any number
    /// of rows.
    public func makeStatistics() -> Statistics {
        makeStatistics(panelUnits: shape.visible, rows: .max)
    }

    /// Computes this process's whole share of the statistics of one step.
    func collect(
        visible: [UInt8], probabilities: [Float], rows: PhaseRows, rounding: PhaseRounding,
        into statistics: inout Statistics
    ) {
        collectMoments(
            visible: visible, probabilities: probabilities, rows: rows, rounding: rounding,
            into: &statistics)
        collectProducts(
            ofVisible: 0..<shape.visible, visible: visible, rows: rows, into: &statistics)
    }

    func checkShape(of parameters: Parameters) {
        precondition(
            parameters.visibleCount == shape.visible && parameters.hiddenCount == shape.hidden,
            "parameters \(parameters.visibleCount)×\(parameters.hiddenCount) for a layer "
                + "\(shape.visible)×\(shape.hidden)")
    }

    /// The law of the hidden units.
    public var hiddenLaw: any UnitLaw { shape.hiddenUnits.law(own: []) }

    /// Draws visible states from the means of their levels.
    ///
    /// - Parameters:
    ///   - means: Shape `[…, visible]`, of which `rows` are drawn.
    ///   - firstRow: The global number of the first row drawn, which names its random numbers.
    ///   - states: Shape `[…, visibleBytes]`, written from row `target` on.
    func drawVisible(
        from means: [Float], rows: Range<Int>, stream: RandomStream, firstRow: Int,
        into states: inout [UInt8], at target: Int
    ) {
        sample(
            visibleLaw, means, rows: rows, columns: shape.visible, bytes: shape.visibleBytes,
            one: UInt8(shape.levels.maximum), stream: stream, firstRow: firstRow, into: &states,
            at: target)
    }

    /// Draws hidden states from the means of their levels.
    ///
    /// - Parameters: As `drawVisible` has them.
    func drawHidden(
        from means: [Float], rows: Range<Int>, stream: RandomStream, firstRow: Int,
        into states: inout [UInt8], at target: Int
    ) {
        sample(
            hiddenLaw, means, rows: rows, columns: shape.hidden, bytes: shape.hidden, one: 1,
            stream: stream, firstRow: firstRow, into: &states, at: target)
    }

    public func hiddenProbabilities(
        _ states: [UInt8], rows: Range<Int>, into result: inout [Float]
    ) {
        upward(states, rows: rows, into: &result)
        activate(hiddenLaw, columns: shape.hidden, rows: rows, &result)
    }

    public func logVarianceGradient(
        from statistics: borrowing Statistics, counts: PhaseRows, at parameters: Parameters
    ) -> [Float] {
        preconditionFailure("\(shape.visibleUnits) units have no parameters of their own")
    }
}

/// How many rows the two phases of a step have: here, and over all processes.
public struct PhaseRows: Sendable, Equatable {
    /// Rows of the data phase of this process.
    public var positive: Int
    /// Rows of the model phase (chains) of this process.
    public var negative: Int
    /// Rows of the data phase of all processes: the batch.
    public var globalPositive: Int
    /// Rows of the model phase of all processes: the chains.
    public var globalNegative: Int
    /// The first row of this process in the batch.
    public var firstPositive: Int
    /// The first row of this process among the chains.
    public var firstNegative: Int

    public init(
        positive: Range<Int>, of globalPositive: Int, negative: Range<Int>, of globalNegative: Int
    ) {
        self.positive = positive.count
        self.negative = negative.count
        self.globalPositive = globalPositive
        self.globalNegative = globalNegative
        firstPositive = positive.lowerBound
        firstNegative = negative.lowerBound
    }
}
