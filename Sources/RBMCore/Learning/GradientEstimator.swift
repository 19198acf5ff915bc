import RandomStreams

/// Estimates the gradient of the log-likelihood on this process's rows of a step.
///
/// ∂ ln p/∂W = ⟨v hᵀ⟩_data − ⟨v hᵀ⟩_model, with hidden means in both terms [Hinton12, §3]. The model
/// phase's visible states are samples, and its hidden means are those given these samples.
public struct GradientEstimator: ~Copyable {
    public let arithmetic: Layer
    public let rule: LearningRule

    /// The sums of the last step, of a panel after `collectProducts`; to be added up over processes
    /// before they are used.
    public var statistics: Statistics

    private let seed: UInt64
    private let layer: Int
    private let timer: StepTimer
    /// Which hidden units each row has; nil without dropout.
    private var masks: DropoutMasks?

    /// Visible states of both phases, positive rows first, shape `[rows, visibleBytes]`.
    private var visible: [UInt8]
    /// Hidden probabilities of both phases, rows likewise, shape `[rows, hidden]`.
    private var probabilities: [Float]
    /// Hidden states of the model phase, shape `[chains, hidden]`.
    private var hiddenStates: [UInt8]

    /// Creates an estimator for at most `batch` data rows and `chains` chains on this process.
    ///
    /// - Parameters:
    ///   - keepProbability: Of dropout, in (0, 1]; 1 for none. Spins have none.
    ///   - statistics: For all visible units and any number of rows, where there are none.
    public init(
        arithmetic: Layer, rule: LearningRule, seed: UInt64, layer: Int, batch: Int,
        chains: Int, timer: StepTimer, keepProbability: Float = 1, statistics: Statistics? = nil
    ) {
        let shape = arithmetic.shape
        self.arithmetic = arithmetic
        self.rule = rule
        self.seed = seed
        self.layer = layer
        self.timer = timer
        if keepProbability < 1 {
            precondition(
                shape.hiddenUnits.canBeDropped, "dropout of \(shape.hiddenUnits) units")
            masks = DropoutMasks(
                keepProbability: keepProbability, seed: seed, layer: layer, hidden: shape.hidden,
                rows: batch + chains)
        }
        self.statistics = statistics ?? arithmetic.makeStatistics()
        visible = Array(repeating: 0, count: (batch + chains) * shape.visibleBytes)
        probabilities = Array(repeating: 0, count: (batch + chains) * shape.hidden)
        hiddenStates = Array(repeating: 0, count: chains * shape.hidden)
    }

    /// Writes the data rows of the next `estimate`.
    ///
    /// - Parameter load: Receives the bytes, shape `[capacity, visibleBytes]`.
    public mutating func loadData<Failure: Error>(
        _ load: (inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        try load(&visible)
        timer.lap(.data)
    }

    /// Computes the statistics of one step from the loaded data rows, of all visible units.
    ///
    /// - Parameters: As `runPhases` has them.
    public mutating func estimate(step: Int, rows: PhaseRows, chains: inout Chains?) {
        runPhases(step: step, rows: rows, chains: &chains)
        collectProducts(ofVisible: 0..<arithmetic.shape.visible, rows: rows)
    }

    /// Computes this process's share of Σ v hᵀ for a panel of visible units, from the last `runPhases`.
    ///
    /// - Parameter rows: As `runPhases` had them.
    public mutating func collectProducts(ofVisible panel: Range<Int>, rows: PhaseRows) {
        arithmetic.collectProducts(
            ofVisible: panel, visible: visible, rows: rows, into: &statistics)
        timer.lap(.statistics)
    }

    /// Draws the states of one step from the loaded data rows, and computes the moments.
    ///
    /// - Parameters:
    ///   - step: Names the random numbers.
    ///   - rows: This process's share of the batch and of the chains.
    ///   - chains: Moved on by the rule's sweeps; nil for contrastive divergence, whose chains
    ///     start from the batch.
    public mutating func runPhases(step: Int, rows: PhaseRows, chains: inout Chains?) {
        let shape = arithmetic.shape
        precondition(
            (rows.positive + rows.negative) * shape.visibleBytes <= visible.count,
            "\(rows.positive) + \(rows.negative) rows exceed the room for "
                + "\(visible.count / shape.visibleBytes)")
        let negative = rows.positive..<(rows.positive + rows.negative)
        masks?.draw(step: step, rows: rows)
        switch rule.algorithm {
        case .contrastiveDivergence:
            precondition(
                rows.positive == rows.negative && rows.firstPositive == rows.firstNegative,
                "contrastive divergence runs a chain for each case of the batch")
            hiddenProbabilities(of: 0..<rows.positive)
            masks?.apply(to: &probabilities, rows: 0..<rows.positive)
            sampleHidden(of: 0..<rows.positive, step: step, sweep: 0, rows: rows)
        case .persistent:
            precondition(
                chains?.indices.count == rows.negative,
                "\(chains?.indices.count ?? 0) chains for \(rows.negative) rows")
            swapHiddenStates(with: &chains)
            masks?.apply(toStates: &hiddenStates, rows: rows)
        }
        for sweep in 0..<rule.sweeps {
            let isLast = sweep == rule.sweeps - 1
            sampleVisible(step: step, sweep: sweep, rows: rows)
            if isLast && rule.algorithm == .persistent {
                // Nothing has asked for those of the data: both phases share one product.
                hiddenProbabilities(of: 0..<negative.upperBound)
                masks?.apply(to: &probabilities, rows: 0..<rows.positive)
            } else {
                hiddenProbabilities(of: negative)
            }
            if !isLast { masks?.apply(to: &probabilities, rows: negative) }
            // The last hidden states start the next step's chains; CD has none to start. They are
            // drawn of all units: given the visible ones, those that the next mask keeps are a
            // sample of its machine.
            if !isLast || rule.algorithm == .persistent {
                sampleHidden(of: negative, step: step, sweep: sweep + 1, rows: rows)
            }
            if isLast { masks?.apply(to: &probabilities, rows: negative) }
        }
        if rule.algorithm == .persistent { swapHiddenStates(with: &chains) }
        arithmetic.collectMoments(
            visible: visible, probabilities: probabilities, rows: rows,
            rounding: PhaseRounding(seed: seed, layer: layer, step: step), into: &statistics)
        timer.lap(.statistics)
    }

    /// Exchanges the states without a copy; both have room for this process's chains.
    private mutating func swapHiddenStates(with chains: inout Chains?) {
        guard chains != nil else { return }
        swap(&chains!.states, &hiddenStates)
    }

    /// Computes the hidden probabilities given the visible bytes of some rows.
    private mutating func hiddenProbabilities(of rows: Range<Int>) {
        arithmetic.hiddenProbabilities(visible, rows: rows, into: &probabilities)
        timer.lap(.products)
    }

    /// Draws the hidden states of the model phase from the probabilities of some rows.
    private mutating func sampleHidden(
        of source: Range<Int>, step: Int, sweep: Int, rows: PhaseRows
    ) {
        let stream = RandomStream(
            seed: seed, .hiddenState(layer: layer, step: step, sweep: sweep))
        arithmetic.drawHidden(
            from: probabilities, rows: source, stream: stream, firstRow: rows.firstNegative,
            into: &hiddenStates, at: 0)
        timer.lap(.sampling)
    }

    /// Draws the visible states of the model phase given its hidden states.
    private mutating func sampleVisible(step: Int, sweep: Int, rows: PhaseRows) {
        let stream = RandomStream(
            seed: seed, .visibleState(layer: layer, step: step, sweep: sweep))
        arithmetic.drawVisible(
            given: hiddenStates, rows: 0..<rows.negative,
            stream: stream, firstRow: rows.firstNegative, into: &visible, at: rows.positive)
        timer.lap(.products)
    }
}
