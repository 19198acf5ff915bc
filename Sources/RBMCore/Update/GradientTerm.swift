/// What is added to the gradient of the log-likelihood in every update, such as a decay.
///
/// A term is a value: its settings, and its own state, which it moves on, saves and restores by itself.
/// In an update the optimizer asks its terms for three things in turn: to begin, to add to the gradient
/// by the weights of each visible unit, and to add to those by the biases. It asks them by the order of
/// their places, and terms of one place in the order of its list. The order is part of a model's bits,
/// for sums of floats depend on it.
public protocol GradientTerm: Sendable {
    /// When the term adds.
    var place: GradientPlace { get }

    /// Moves the state on by a step, and prepares what the term adds in this update.
    mutating func begin(_ moments: StepMoments)

    /// Adds to the gradient by the weights of one visible unit.
    ///
    /// Several threads call this at once, each for other units. The units of one of the layer's
    /// `UnitBlocks` are one thread's, in ascending order. No bit may depend on which thread calls this,
    /// or when.
    ///
    /// - Parameters:
    ///   - weights: Those at which the gradient is taken, shape `[hidden]`.
    ///   - gradient: In nats, shape `[hidden]`.
    func addToWeights(
        ofVisible unit: Int, at weights: Span<Float>, gradient: inout MutableSpan<Float>)

    /// Adds to the gradients by the hidden biases, after those by all weights.
    ///
    /// - Parameter gradient: Shape `[hidden]`.
    func addToHiddenBiases(_ gradient: inout MutableSpan<Float>)

    /// What the term has summed over the hidden units, after the gradients by all weights.
    ///
    /// Where processes divide the hidden units, these sums are of one process. They are added up over the
    /// processes, and no bit may depend on the order.
    var hiddenSums: [Double] { get }

    /// Takes over the sums of all processes, where processes divide the hidden units.
    func complete(hiddenSums: ArraySlice<Double>)

    /// Adds to the gradients by the visible biases, after all else.
    ///
    /// - Parameter gradient: Shape `[visible]`.
    func addToVisibleBiases(_ gradient: inout MutableSpan<Float>)

    /// Writes the state into the tree of the run.
    func save(into state: inout StateTree)

    /// Takes the state out of the tree of a run.
    ///
    /// - Parameter parameters: Of the layer in training.
    mutating func restore(
        from state: StateTree, of parameters: Parameters
    ) throws(StateFault)
}

/// When a term adds to a gradient: the terms of a place all add before those of the next.
public enum GradientPlace: Int, Sendable, CaseIterable {
    /// First: rank-one matrices and biases that follow from the moments of a step.
    case moments
    /// Last: what follows from each weight by itself.
    case weights
}

// A term has what it does not declare from here: nothing to prepare, to add or to remember.
extension GradientTerm {
    public mutating func begin(_ moments: StepMoments) {}

    public func addToWeights(
        ofVisible unit: Int, at weights: Span<Float>, gradient: inout MutableSpan<Float>
    ) {}

    public func addToHiddenBiases(_ gradient: inout MutableSpan<Float>) {}

    public var hiddenSums: [Double] { [] }

    public func complete(hiddenSums: ArraySlice<Double>) {}

    public func addToVisibleBiases(_ gradient: inout MutableSpan<Float>) {}

    public func save(into state: inout StateTree) {}

    public mutating func restore(
        from state: StateTree, of parameters: Parameters
    ) throws(StateFault) {}
}

/// What the gradient terms learn of a step: moments over the rows of all processes.
public struct StepMoments {
    /// The layer in training.
    public let shape: LayerSpec

    /// The gradients of the log-likelihood by the biases, in nats, shapes `[visible]` and `[hidden]`.
    ///
    /// They are the differences of the units' means between the phases; those of Gaussian units come
    /// times their variances.
    public let biasGradients: (visible: [Float], hidden: [Float])

    private let statistics: Statistics
    private let share: StepShare
    private let visibleLaw: any UnitLaw
    /// The rate of the weights over that of the hidden biases.
    private let weightShare: Float

    init(
        _ statistics: Statistics, of layer: Layer, _ share: StepShare,
        biasGradients: (visible: [Float], hidden: [Float]), weightShare: Float = 1
    ) {
        self.statistics = statistics
        shape = layer.shape
        visibleLaw = layer.visibleLaw
        self.share = share
        self.biasGradients = biasGradients
        self.weightShare = weightShare
    }

    /// Returns the means of the units' values over the rows of the data phase, shapes `[visible]` and
    /// `[hidden]`.
    public func dataMeans() -> (visible: [Float], hidden: [Float]) {
        statistics.dataMeans(share)
    }

    /// Returns what the gradient by a visible unit's weights adds to hidden fields in a step, over what
    /// the gradient by hidden biases adds, if visible units have some values; shape `[visible]`.
    ///
    /// It is the unit's input s(v), times the rate of the weights over that of the hidden biases.
    func inputs(ofVisible values: [Float]) -> [Float] {
        var inputs = values
        var span = inputs.mutableSpan
        visibleLaw.weigh(&span)
        if weightShare != 1 { for i in inputs.indices { inputs[i] *= weightShare } }
        return inputs
    }
}
