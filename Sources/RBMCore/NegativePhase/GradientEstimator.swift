/// Estimates the gradient of the log-likelihood on this process's rows of a step.
///
/// ∂ ln p/∂W = ⟨v hᵀ⟩_data − ⟨v hᵀ⟩_model, with hidden means in both terms [Hinton12, §3]. The model
/// phase's visible states are samples, and its hidden means are those given these samples.
public struct GradientEstimator: ~Copyable {
    public var layer: Layer { phases.layer }

    /// What finds the model's mean.
    public var negativePhase: any NegativePhase

    /// The sums of the last step, of a panel after `collectProducts`; to be added up over processes
    /// before they are used.
    public var statistics: Statistics

    private let seed: UInt64
    /// The place of the layer in its stack, which names the random numbers.
    private let place: Int
    private let timer: StepTimer
    private var phases: StepPhases

    /// Creates an estimator.
    ///
    /// - Parameters:
    ///   - batch: The most data rows on this process.
    ///   - chains: This process's part of the chains that live from step to step.
    ///   - keepProbability: Of dropout, in (0, 1]; 1 for none. Spins have none.
    ///   - unobserved: What is known of units of the data that were not observed; nil where all were. It
    ///     does not go with dropout.
    ///   - statistics: For all visible units and any number of rows, if there are none.
    public init(
        layer: Layer, negativePhase: any NegativePhase, seed: UInt64, place: Int, batch: Int,
        chains: Int, timer: StepTimer, keepProbability: Float = 1,
        unobserved: UnobservedUnits? = nil, statistics: Statistics? = nil
    ) {
        self.negativePhase = negativePhase
        self.seed = seed
        self.place = place
        self.timer = timer
        self.statistics = statistics ?? layer.makeStatistics()
        phases = StepPhases(
            layer: layer, seed: seed, place: place, positive: batch,
            negative: negativePhase.startsFromData ? batch : chains,
            keepProbability: keepProbability, unobserved: unobserved, timer: timer)
    }

    /// Writes the data rows of the next `estimate`; units that were not observed bear marks.
    ///
    /// - Parameter load: Receives the bytes, shape `[capacity, visibleBytes]`.
    public mutating func loadData<Failure: Error>(
        _ load: (inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        try phases.loadData(load)
    }

    /// Computes the statistics of one step from the loaded data rows, of all visible units.
    ///
    /// - Parameters: As `runPhases` has them.
    public mutating func estimate(step: Int, share: StepShare) {
        runPhases(step: step, share: share)
        collectProducts(ofVisible: 0..<layer.shape.visible)
    }

    /// Draws the states of one step from the loaded data rows, and computes the moments.
    ///
    /// - Parameters:
    ///   - step: Names the random numbers.
    ///   - share: This process's rows of the step.
    public mutating func runPhases(step: Int, share: StepShare) {
        phases.begin(step: step, share)
        phases.fillUnobserved()
        if negativePhase.startsFromData {
            precondition(
                share.positive == share.negative && share.firstPositive == share.firstNegative,
                "\(negativePhase.title) runs a chain for each case of the batch")
            phases.findDataMeans()
        }
        negativePhase.advance(&phases)
        layer.collectMoments(
            visible: phases.visible, probabilities: phases.probabilities, rows: share,
            rounding: PhaseRounding(seed: seed, layer: place, step: step), into: &statistics)
        timer.lap(.statistics)
    }

    /// The visible states at which the chains of this process are after the last `runPhases`, shape
    /// `[chains, visibleBytes]`.
    public var chainStates: [UInt8] {
        let (rows, bytes) = (phases.negative, layer.shape.visibleBytes)
        return Array(phases.visible[rows.lowerBound * bytes..<rows.upperBound * bytes])
    }

    /// Lets copies of the chains make some sweeps, which show how they move.
    public func checkChains() -> ChainCheck {
        ChainCheck(
            layer, chainStates, first: phases.share.firstNegative, seed: seed, place: place,
            step: phases.step)
    }

    /// Computes this process's share of Σ v hᵀ for a panel of visible units, from the last `runPhases`.
    public mutating func collectProducts(ofVisible panel: Range<Int>) {
        layer.collectProducts(
            ofVisible: panel, visible: phases.visible, rows: phases.share, into: &statistics)
        timer.lap(.statistics)
    }
}
