import RandomStreams

/// The rows of both phases of a step in this process, and what moves those of the model phase on.
///
/// A negative phase calls these functions in its order. Each row of the model phase has hidden states,
/// from which its visible states are drawn, hidden means given the visible states, and hidden states
/// drawn from the means. With dropout some units of each row are dropped for the whole step.
public struct StepPhases: ~Copyable {
    public let layer: Layer

    /// Which rows of the step these are.
    public private(set) var share = StepShare(positive: 0..<0, of: 0, negative: 0..<0, of: 0)

    private(set) var step = 0
    private let seed: UInt64
    /// The place of the layer in its stack, which names the random numbers.
    private let place: Int
    private let timer: StepTimer
    /// Which hidden units each row has; nil without dropout.
    private var masks: DropoutMasks?
    /// What fills the units of the data that were not observed; nil where all are.
    private var unobserved: UnobservedDraw?

    /// Visible states of both phases, positive rows first, shape `[rows, visibleBytes]`.
    private(set) var visible: [UInt8]
    /// Hidden means of both phases as probabilities, rows likewise, shape `[rows, hidden]`.
    private(set) var probabilities: [Float]
    /// Whether the hidden means of the data are known.
    private var knowsData = false
    /// Hidden states of the model phase, shape `[negative rows, hidden]`.
    private var hiddenStates: [UInt8]

    /// Creates room for at most `positive` and `negative` rows.
    init(
        layer: Layer, seed: UInt64, place: Int, positive: Int, negative: Int,
        keepProbability: Float, unobserved: UnobservedUnits? = nil, timer: StepTimer
    ) {
        let shape = layer.shape
        self.layer = layer
        self.seed = seed
        self.place = place
        self.timer = timer
        if keepProbability < 1 {
            precondition(
                shape.hiddenUnits.canBeDropped, "dropout of \(shape.hiddenUnits) units")
            masks = DropoutMasks(
                keepProbability: keepProbability, seed: seed, layer: place,
                hidden: shape.hiddenSlice,
                rows: positive + negative)
        }
        if let unobserved {
            precondition(
                keepProbability == 1, "unobserved units under hidden ones that are dropped")
            self.unobserved = UnobservedDraw(unobserved)
        }
        visible = Array(repeating: 0, count: (positive + negative) * shape.visibleBytes)
        probabilities = Array(repeating: 0, count: (positive + negative) * shape.hidden)
        hiddenStates = Array(repeating: 0, count: negative * shape.hidden)
    }

    /// The rows of the data.
    public var positive: Range<Int> { 0..<share.positive }

    /// The rows of the chains.
    public var negative: Range<Int> { share.positive..<(share.positive + share.negative) }

    /// Writes the data rows of the next step.
    ///
    /// - Parameter load: Receives the bytes, shape `[capacity, visibleBytes]`.
    mutating func loadData<Failure: Error>(
        _ load: (inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        try load(&visible)
        timer.lap(.data)
    }

    /// Begins a step, whose number names its random numbers.
    mutating func begin(step: Int, _ share: StepShare) {
        let visibleBytes = layer.shape.visibleBytes
        precondition(
            (share.positive + share.negative) * visibleBytes <= visible.count,
            "\(share.positive) + \(share.negative) rows exceed the room for "
                + "\(visible.count / visibleBytes)")
        self.step = step
        self.share = share
        knowsData = false
        masks?.draw(step: step, share)
    }

    /// Draws the units of the data that were not observed.
    mutating func fillUnobserved() {
        guard unobserved != nil else { return }
        let (seed, place, step, first) = (seed, place, step, share.firstPositive)
        unobserved?.fill(
            &visible, rows: share.positive, number: { first + $0 }, by: layer
        ) { slot, sweep in
            RandomStream(
                seed: seed, .unobserved(slot, layer: place, step: step, sweep: sweep))
        }
        timer.lap(.sampling)
    }

    // MARK: Hidden means

    /// Finds the hidden means of the data.
    mutating func findDataMeans() {
        findMeans(of: positive)
        masks?.apply(to: &probabilities, rows: positive)
        knowsData = true
    }

    /// Finds the hidden means of the chains given their visible states.
    public mutating func findMeans() { findMeans(of: negative) }

    /// Finds the hidden means of the chains, after which their states do not change in this step.
    ///
    /// Those of the data come from the same product, if nothing has asked for them.
    public mutating func findLastMeans() {
        guard !knowsData else { return findMeans() }
        findMeans(of: 0..<negative.upperBound)
        masks?.apply(to: &probabilities, rows: positive)
        knowsData = true
    }

    /// Sets the means of the chains' dropped units to zero.
    public mutating func dropFromMeans() {
        masks?.apply(to: &probabilities, rows: negative)
    }

    private mutating func findMeans(of rows: Range<Int>) {
        layer.hiddenProbabilities(visible, rows: rows, into: &probabilities)
        timer.lap(.products)
    }

    // MARK: States

    /// Draws hidden states of the chains from means.
    ///
    /// - Parameters:
    ///   - rows: Those with the means, as many as there are chains.
    ///   - sweep: Names the random numbers.
    public mutating func drawHidden(from rows: Range<Int>, sweep: Int) {
        let stream = RandomStream(seed: seed, .hiddenState(layer: place, step: step, sweep: sweep))
        layer.drawHidden(
            from: probabilities, rows: rows, stream: stream, firstRow: share.firstNegative,
            into: &hiddenStates, at: 0)
        timer.lap(.sampling)
    }

    /// Draws visible states of the chains given their hidden states.
    ///
    /// - Parameter sweep: Names the random numbers.
    public mutating func drawVisible(sweep: Int) {
        let stream = RandomStream(seed: seed, .visibleState(layer: place, step: step, sweep: sweep))
        layer.drawVisible(
            given: hiddenStates, rows: 0..<share.negative, stream: stream,
            firstRow: share.firstNegative, into: &visible, at: share.positive)
        timer.lap(.products)
    }

    /// Turns each chain of a layer of spins over as a whole with the probability of Metropolis.
    ///
    /// It leaves the chains as they are where units do not have opposite values.
    ///
    /// - Parameter sweep: Names the random numbers.
    public mutating func turnChains(sweep: Int) {
        guard layer.turnsOver else { return }
        let stream = RandomStream(seed: seed, .chainTurn(layer: place, step: step, sweep: sweep))
        layer.turnOver(
            visible: &visible, rows: negative, hidden: hiddenStates, stream: stream,
            firstRow: share.firstNegative)
        timer.lap(.sampling)
    }

    /// Exchanges the hidden states of the chains with others, without a copy.
    public mutating func exchangeHidden(with states: inout [UInt8]) { swap(&states, &hiddenStates) }

    /// Switches off the chains' dropped units.
    public mutating func dropFromStates() {
        masks?.apply(toStates: &hiddenStates, share)
    }

    // MARK: Chains that keep their own states

    /// The random numbers of tempered chains in a sweep of this step.
    func stream(_ slot: Purpose.Tempering, sweep: Int) -> RandomStream {
        RandomStream(
            seed: seed, .temperedTraining(slot, layer: place, step: step, sweep: sweep))
    }

    /// Takes over the visible states of the chains.
    ///
    /// - Parameter states: Shape `[negative rows, visibleBytes]`.
    mutating func takeVisible(_ states: [UInt8]) {
        let bytes = layer.shape.visibleBytes
        precondition(
            states.count == share.negative * bytes, "\(states.count) bytes for \(share.negative)")
        visible.replaceSubrange(
            negative.lowerBound * bytes..<negative.upperBound * bytes, with: states)
    }

    /// Counts the time until now as that of sampling.
    func noteSampling() { timer.lap(.sampling) }

    /// Sums over the data of this process, in fixed point: visible levels, then hidden means of all
    /// columns, which are zero in those of other processes.
    ///
    /// - Parameter visibleCounts: Whether this process adds the visible levels; they are zero otherwise.
    func dataMarginals(ofVisible visibleCounts: Bool) -> [Int64] {
        let spec = layer.shape
        var sums = [FixedPointSum](
            repeating: FixedPointSum(), count: spec.visible + spec.hiddenSlice.total)
        let first = spec.visible + spec.hiddenSlice.columns.lowerBound
        var levels: [Float] = []
        for row in positive {
            if visibleCounts {
                readLevels(
                    stored: spec.encoding, visible.span, row: row, count: spec.visible,
                    into: &levels)
                for i in 0..<spec.visible { sums[i].add(Double(levels[i])) }
            }
            for j in 0..<spec.hidden {
                sums[first + j].add(Double(probabilities[row * spec.hidden + j]))
            }
        }
        return sums.map(\.units)
    }
}
