/// Gradient ascent on the log-likelihood, with momentum, gradient terms and an average of the
/// parameters over the last part of a run.
///
/// v ← μv + εg and θ ← θ + v, where g is the gradient of the log-likelihood and what the terms add to
/// it. The rate multiplies the gradient, not the momentum. In Nesterov's form g is the gradient at
/// θ + μv [Sutskever13]: the statistics of an update must come from the parameters that `lookahead`
/// returns. All processes run the same float operations on the same sums, and so hold the same bits.
///
/// With Gaussian visible units see `KindStep`: a smaller rate, and the variances.
public struct Optimizer {
    /// What the update depends on beside the gradient.
    public struct Options: Sendable {
        /// The largest momentum of the run.
        public var momentum: Float
        /// Whether the gradient is taken where the momentum leads.
        public var nesterov: Bool
        /// Whether biases are learned; they stay as they are otherwise.
        public var biases: Bool
        /// What is added to the gradient of the log-likelihood: each term as it is before a run.
        public var terms: [any GradientTerm]

        public init(
            momentum: Float = 0, nesterov: Bool = false, biases: Bool = true,
            terms: [any GradientTerm] = []
        ) {
            self.momentum = momentum
            self.nesterov = nesterov
            self.biases = biases
            self.terms = terms
        }
    }

    public let options: Options

    /// The parameters; their values are away while an update has them.
    public private(set) var parameters: Parameters

    /// The momentum of the next update.
    public var momentum: Float

    /// The velocity v; nil without momentum.
    public private(set) var velocity: Parameters?

    /// The mean of the parameters after the last `averaged` updates; nil before the first of them.
    public private(set) var average: Parameters?
    public private(set) var averaged = 0

    /// The gradient terms in the order in which they add.
    public private(set) var terms: [any GradientTerm]

    /// θ + μv as `lookahead` returned it; nil before that, and without Nesterov's form.
    private var ahead: Parameters?

    /// Memory for updates; nil before the first, and while an update has it.
    private var room: UpdateRoom?

    /// Creates the optimizer of a run at its start.
    public init(_ options: Options, parameters: Parameters) {
        self.options = options
        self.parameters = parameters
        momentum = options.momentum
        velocity = options.momentum == 0 ? nil : parameters.zero
        terms = GradientPlace.allCases.flatMap { place in
            options.terms.filter { $0.place == place }
        }
    }

    /// The parameters that a model file would hold now: the average if there is one.
    public var result: Parameters { average ?? parameters }

    /// Returns the parameters at which the statistics of the next update are to be taken.
    ///
    /// In Nesterov's form they are θ + μv with the present `momentum`; else the parameters themselves.
    public mutating func lookahead() -> Parameters {
        guard options.nesterov, let velocity else { return parameters }
        // Nobody else holds it while it is written, so that no copy is made.
        var target = ahead ?? parameters
        ahead = nil
        var span = target.values.mutableSpan
        writeLookahead(parameters.values.span, velocity.values.span, momentum, into: &span)
        ahead = target
        return target
    }

    // MARK: State

    /// Writes all but the parameters into the tree of the run.
    public func save(into state: inout StateTree) {
        if let velocity { state.set(velocity, "velocity") }
        if let average { state.set(average, "average") }
        state.note("\(averaged)", "averaged")
        for term in terms { term.save(into: &state) }
    }

    /// Takes all but the parameters out of the tree of a run, from which this one goes on.
    public mutating func restore(from state: StateTree) throws(StateFault) {
        if options.momentum != 0 {
            velocity = try state.parameters("velocity", like: parameters) ?? velocity
        }
        average = try state.parameters("average", like: parameters)
        averaged = try state.count("averaged")
        for i in terms.indices { try terms[i].restore(from: state, of: parameters) }
    }

    // MARK: Updates

    /// The step for which updated parameters are loaded.
    public struct NextStep: Sendable {
        public let step: Int
        /// How far its statistics are taken ahead, in Nesterov's form.
        public let momentum: Float

        public init(step: Int, momentum: Float) {
            self.step = step
            self.momentum = momentum
        }
    }

    /// Begins an update, which holds the parameters until `finish` takes them back.
    ///
    /// - Parameters:
    ///   - statistics: Summed over all processes: the moments; with variances to be learned, all.
    ///   - layer: Takes over the updated parameters.
    ///   - share: The rows of the step, of which those of all processes count.
    ///   - rate: The learning rate of this step.
    ///   - averaging: Whether the updated parameters enter the average.
    ///   - next: The step that uses the updated parameters.
    ///   - keepsChanges: Whether `lastChanges` has the changes of the weights afterwards.
    public mutating func begin(
        with statistics: Statistics, of layer: Layer, share: StepShare,
        rate: Float, averaging: Bool, next: NextStep, keepsChanges: Bool = false
    ) -> Update {
        precondition(!parameters.values.isEmpty, "the last update is not finished")
        let rewrite = layer.rewrite(step: next.step)
        if averaging {
            averaged += 1
            if average == nil { average = parameters }
        }
        if options.nesterov && velocity != nil && ahead == nil { ahead = parameters }
        var room =
            room.take()
            ?? UpdateRoom(visible: parameters.visibleCount, hidden: parameters.hiddenCount)
        room.changes =
            keepsChanges
            ? room.changes
                ?? SharedRows(parameters.visibleCount, of: parameters.hiddenCount, repeating: 0)
            : nil
        if options.biases || !terms.isEmpty {
            room.withBiasGradients {
                statistics.writeBiasGradients(share, visible: &$0, hidden: &$1)
            }
        }
        let kindStep = KindStep(
            statistics, of: layer.shape, share, parameters: ahead ?? parameters, rate: rate)
        beginTerms(
            StepMoments(
                statistics, of: layer, share,
                biasGradients: (room.visibleGradient, room.hiddenGradient),
                weightShare: kindStep.rateShare))
        let rule = UpdateRule(
            rate: rate, momentum: momentum, averageShare: averaging ? 1 / Float(averaged) : 0)
        momentum = next.momentum
        var values = UpdatedValues()
        exchange(&values)
        return Update(
            values: values, room: room, rule: rule, kindStep: kindStep, terms: terms,
            rewrite: rewrite, share: share, nextMomentum: next.momentum)
    }

    /// Moves the state of every term on.
    private mutating func beginTerms(_ moments: StepMoments) {
        for i in terms.indices { terms[i].begin(moments) }
    }

    /// Ends an update: updates what is beside the weights, and loads it into the layer.
    ///
    /// Processes that divide the hidden units tell each other in one exchange what each must know of the
    /// others' columns.
    ///
    /// - Precondition: The weights of each visible unit are updated.
    /// - Parameter wish: What this process tells the others beside; `Change.isWished` says whether one of
    ///   them did.
    /// - Returns: How large the change was.
    @discardableResult
    public mutating func finish(_ update: consuming Update, wish: Bool = false) -> Change {
        precondition(
            update.unitCount == parameters.visibleCount,
            "the weights of \(update.unitCount) of \(parameters.visibleCount) units are updated")
        let weightSquares = update.room.rowSquares.reduce(0, +)
        let hiddenSquares =
            options.biases ? update.applyHiddenBiases(parameters.hiddenBiasRange) : 0
        let own = UpdateMessage(
            isFinite: weightSquares.isFinite && hiddenSquares.isFinite, isWished: wish,
            bounds: update.rewrite.bounds,
            hiddenSums: update.rewrite.group == nil ? [] : update.hiddenSums)
        let all = update.rewrite.group.map(own.exchange(with:)) ?? [own]
        if all.count > 1 { update.complete(hiddenSums: UpdateMessage.hiddenSums(of: all)) }
        var biasSquares =
            options.biases ? update.applyVisibleBiases(parameters.visibleBiasRange) : 0
        biasSquares += hiddenSquares
        biasSquares += update.applyOwnParameters(from: parameters.hiddenBiasRange.upperBound)
        exchange(&update.values)
        room = update.room
        update.rewrite.finish(ahead ?? parameters, bounds: all.map(\.bounds))
        return Change(
            weightSquares: weightSquares, biasSquares: biasSquares,
            isFinite: all.allSatisfy(\.isFinite) && biasSquares.isFinite,
            isWished: all.contains(where: \.isWished))
    }

    /// Updates the parameters from statistics of all units, and loads them into the layer.
    ///
    /// - Parameters: As `begin` has them.
    /// - Returns: How large the change was.
    @discardableResult
    public mutating func update(
        with statistics: Statistics, of layer: Layer, share: StepShare,
        rate: Float, averaging: Bool, next: NextStep? = nil
    ) -> Change {
        var update = begin(
            with: statistics, of: layer, share: share, rate: rate, averaging: averaging,
            next: next ?? NextStep(step: 0, momentum: momentum))
        update.apply(statistics)
        return finish(update)
    }

    /// The changes of the weights in the last update, if it has kept them; shape `[visible, hidden]`.
    public var lastChanges: [Float]? {
        room?.changes?.withSpan { changes in changes.indices.map { changes[$0] } }
    }

    /// The size of one update, and what processes told each other.
    public struct Change: Sendable, Equatable {
        /// The sum of the squares of the changes of the weights.
        public let weightSquares: Double
        /// The same of the biases.
        public let biasSquares: Double

        /// Whether every change was a finite number, on all processes that divide the hidden units.
        public let isFinite: Bool

        /// Whether one of these processes had a wish.
        public let isWished: Bool
    }

    /// Gives the values away for others, or takes them back.
    private mutating func exchange(_ values: inout UpdatedValues) {
        swap(&values.parameters, &parameters.values)
        if velocity != nil { swap(&values.velocity, &velocity!.values) }
        if average != nil { swap(&values.average, &average!.values) }
        if ahead != nil { swap(&values.lookahead, &ahead!.values) }
    }
}

extension Optimizer.Change {
    /// The sum of the squares of the changes of all processes' weights, as an update of the whole layer
    /// finds it.
    ///
    /// - Parameter changes: Of this process, shape `[rows, columns of this process]`.
    public static func weightSquares(
        of changes: ArraySlice<Float>, rows: Int, over group: any HiddenGroup
    ) -> Double {
        let hidden = group.slices[group.slices.count - 1].upperBound
        var sum = 0.0
        group.forEachJoinedBlock(of: changes, rows: rows) { _, values in
            for start in stride(from: 0, to: values.count, by: hidden) {
                sum += squaredChange(values.span.extracting(start..<(start + hidden)))
            }
        }
        return sum
    }
}
