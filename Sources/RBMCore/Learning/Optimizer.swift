/// Gradient ascent on the log-likelihood, with momentum, weight decay and an average of the
/// parameters over the last part of a run.
///
/// v ← μv + ε(g − λ₂W − λ₁ sign W), W ← W + v. The rate multiplies the gradient, not the momentum;
/// biases do not decay. In Nesterov's form gradient and decay are those at θ + μv [Sutskever13]: the
/// statistics of an update must come from the parameters that `aim` returns. All processes run the
/// same float operations on the same sums, and so hold the same bits.
///
/// With Gaussian visible units see `GaussianStep`: a smaller rate, and the variances.
public struct Optimizer {
    /// What the update depends on beside the gradient.
    public struct Options: Sendable, Equatable {
        /// The largest momentum of the run.
        public var momentum: Float
        /// Whether the gradient is taken where the momentum leads.
        public var nesterov: Bool
        public var l1: Float
        public var l2: Float
        /// Whether biases are learned; they stay as they are otherwise.
        public var biases: Bool
        /// The pull on the hidden units' activities; nil for none.
        public var sparsity: Sparsity?
        /// The share of hidden units that dropout kept in the statistics.
        public var keepProbability: Float = 1

        public init(
            momentum: Float = 0, nesterov: Bool = false, l1: Float = 0, l2: Float = 0,
            biases: Bool = true
        ) {
            self.momentum = momentum
            self.nesterov = nesterov
            self.l1 = l1
            self.l2 = l2
            self.biases = biases
        }
    }

    public let options: Options
    public var parameters: Parameters

    /// The momentum of the next update.
    public var momentum: Float

    /// The velocity v; nil without momentum.
    public var velocity: Parameters?

    /// The mean of the parameters after the last `averaged` updates; nil before there is one.
    public var average: Parameters?
    public var averaged: Int

    /// The slow mean of the hidden units' activities, shape `[hidden]`; nil before the first update
    /// and without sparsity.
    public var activity: [Float]?

    /// θ + μv as `aim` gave it out; nil without Nesterov's form.
    private var ahead: Parameters?
    /// What of the present update is known; nil between updates.
    private var pass: Pass?
    /// The sum of the squared changes of each visible unit's weights.
    private var rowSquares: [Double]
    private let gradients = ThreadScratch()
    private var visibleBiasGradient: [Float]
    private var hiddenBiasGradient: [Float]

    public init(
        _ options: Options, parameters: Parameters, velocity: Parameters? = nil,
        average: Parameters? = nil, averaged: Int = 0, activity: [Float]? = nil
    ) {
        self.activity = activity
        self.options = options
        self.parameters = parameters
        momentum = options.momentum
        self.velocity = options.momentum == 0 ? nil : velocity ?? parameters.zero
        self.average = average
        self.averaged = averaged
        rowSquares = Array(repeating: 0, count: parameters.visibleCount)
        visibleBiasGradient = Array(repeating: 0, count: parameters.visibleCount)
        hiddenBiasGradient = Array(repeating: 0, count: parameters.hiddenCount)
    }

    /// The parameters that a model file would hold now: the average where there is one.
    public var result: Parameters { average ?? parameters }

    /// The parameters at which the statistics of the next update are to be taken.
    ///
    /// With Nesterov's form θ + μv with the `momentum` set before; else the parameters themselves.
    public mutating func aim() -> Parameters {
        guard options.nesterov, let velocity else { return parameters }
        // Let go of before it is written, so that no copy is made.
        var target = ahead ?? parameters
        ahead = nil
        var span = target.values.mutableSpan
        lookAhead(parameters.values.span, velocity.values.span, momentum, into: &span)
        ahead = target
        return target
    }

    /// What an update knows from its start on.
    private struct Pass {
        var rule: UpdateRule
        let counts: PhaseRows
        let rate: Float
        let gaussian: GaussianStep?
        /// What sparsity adds to the gradient by the total input of each hidden unit, and by which
        /// visible means to those of its weights.
        let pull: (hidden: [Float], visibleMeans: [Float])?
    }

    /// Updates the parameters from statistics of all units, and loads them into the arithmetic.
    ///
    /// - Parameters:
    ///   - statistics: Summed over all processes.
    ///   - rate: The learning rate of this step.
    ///   - averaging: Whether the updated parameters enter the average.
    ///   - next: For what the arithmetic takes over the result.
    /// - Returns: How large the change was.
    @discardableResult
    public mutating func update(
        with statistics: Statistics, of arithmetic: any LayerArithmetic, counts: PhaseRows,
        rate: Float, averaging: Bool, next: NextStep? = nil
    ) -> Change {
        begin(
            with: statistics, of: arithmetic, counts: counts, rate: rate, averaging: averaging,
            next: next ?? NextStep(step: 0, momentum: momentum))
        updateWeights(with: statistics, of: arithmetic)
        return finish(with: statistics, of: arithmetic)
    }

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

    /// Begins an update: what follows are the weights, panel after panel, and `finish`.
    ///
    /// - Parameters:
    ///   - statistics: Summed over all processes: the moments; with variances to be learned, all.
    ///   - rate: The learning rate of this step.
    ///   - averaging: Whether the updated parameters enter the average.
    ///   - next: For what the arithmetic takes over the result.
    public mutating func begin(
        with statistics: Statistics, of arithmetic: any LayerArithmetic, counts: PhaseRows,
        rate: Float, averaging: Bool, next: NextStep
    ) {
        arithmetic.beginLoad(step: next.step)
        if averaging {
            averaged += 1
            if average == nil { average = parameters }
        }
        if options.nesterov && velocity != nil && ahead == nil { ahead = parameters }
        let gaussian =
            arithmetic.shape.visibleUnits.hasOwnParameters
            ? GaussianStep(
                statistics, of: arithmetic, counts, parameters: ahead ?? parameters, rate: rate)
            : nil
        let rule = UpdateRule(
            options, rate: gaussian?.rate ?? rate, momentum: momentum,
            averageShare: averaging ? 1 / Float(averaged) : 0)
        pass = Pass(
            rule: rule, counts: counts, rate: rate, gaussian: gaussian,
            pull: pull(of: statistics, arithmetic, counts))
        momentum = next.momentum
        gradients.reserve(bytes: parameters.hiddenCount * MemoryLayout<Float>.stride)
    }

    /// Updates the weights of a panel of visible units, and loads them: one sweep over memory, in
    /// which a row stays in the nearest cache while it is changed.
    ///
    /// - Parameter statistics: Summed over all processes.
    public mutating func updateWeights(
        with statistics: Statistics, of arithmetic: any LayerArithmetic
    ) {
        guard let pass else { preconditionFailure("no update has begun") }
        let (hidden, panel) = (parameters.hiddenCount, statistics.panel)
        let (gradients, nextMomentum) = (gradients, momentum)
        func sweep(
            _ part: Range<Int>, _ values: SharedParameters, _ squares: SharedElements<Double>
        ) {
            let scratch = unsafe gradients.piece(of: hidden, Float.self)
            var gradient = unsafe MutableSpan(_unsafeElements: scratch)
            for unit in part {
                arithmetic.weightGradient(
                    ofVisible: unit, from: statistics, counts: pass.counts, into: &gradient)
                if let pull = pass.pull {
                    add(pull.hidden, times: pull.visibleMeans[unit], to: &gradient)
                }
                let sum = values.update(
                    rowRange(unit, of: hidden), by: pass.rule, gradient: &gradient,
                    nextMomentum: nextMomentum
                ) { arithmetic.load(weights: $0, ofVisible: unit) }
                squares.withRange(unit..<(unit + 1)) { $0[0] = sum }
            }
        }
        withSharedParameters { values, squares in
            inParallel(over: panel.count, atLeast: 1 + 16_384 / hidden) { part in
                let units =
                    (panel.lowerBound + part.lowerBound)..<(panel.lowerBound + part.upperBound)
                sweep(units, values, squares)
            }
        }
    }

    /// Ends an update whose weights are all updated: biases and variances, and loads them.
    ///
    /// - Parameter statistics: Summed over all processes.
    /// - Returns: How large the change was.
    public mutating func finish(
        with statistics: Statistics, of arithmetic: any LayerArithmetic
    ) -> Change {
        guard let pass else { preconditionFailure("no update has begun") }
        self.pass = nil
        var rule = pass.rule.withoutDecay
        var biasSquares = 0.0
        if options.biases {
            var visible = visibleBiasGradient
            var hidden = hiddenBiasGradient
            // Given back below: nobody else holds them meanwhile, and they are not copied.
            visibleBiasGradient = []
            hiddenBiasGradient = []
            var visibleSpan = visible.mutableSpan
            var hiddenSpan = hidden.mutableSpan
            arithmetic.biasGradients(
                from: statistics, counts: pass.counts, visible: &visibleSpan, hidden: &hiddenSpan)
            if let pull = pass.pull { add(pull.hidden, times: 1, to: &hiddenSpan) }
            biasSquares = apply(rule, parameters.visibleBiasRange, &visible)
            rule.rate = pass.rate
            biasSquares += apply(rule, parameters.hiddenBiasRange, &hidden)
            visibleBiasGradient = visible
            hiddenBiasGradient = hidden
        }
        if var gradient = pass.gaussian?.logVarianceGradient, !gradient.isEmpty {
            rule.rate = pass.rate
            biasSquares += apply(rule, parameters.logVarianceRange, &gradient)
            boundVariances()
        }
        arithmetic.finishLoad(aimed)
        return Change(weightSquares: rowSquares.reduce(0, +), biasSquares: biasSquares)
    }

    /// The size of one update.
    public struct Change: Sendable, Equatable {
        /// The sum of the squares of the changes of the weights.
        public let weightSquares: Double
        /// The same of the biases.
        public let biasSquares: Double

        /// Whether every change was a finite number.
        public var isFinite: Bool { weightSquares.isFinite && biasSquares.isFinite }
    }

    /// Where the next statistics are taken.
    private var aimed: Parameters { ahead ?? parameters }

    /// Applies a gradient to a range of the values; returns the sum of the squared changes.
    private mutating func apply(
        _ rule: UpdateRule, _ range: Range<Int>, _ gradient: inout [Float]
    ) -> Double {
        let momentum = momentum
        var sum = 0.0
        withSharedParameters { values, _ in
            var gradient = gradient.mutableSpan
            sum = values.update(range, by: rule, gradient: &gradient, nextMomentum: momentum) { _ in
            }
        }
        return sum
    }

    /// Lends all that an update changes to a body that changes it on several threads at once.
    private mutating func withSharedParameters(
        _ body: (SharedParameters, SharedElements<Double>) -> Void
    ) {
        // Taken out of their owners, so that all can be lent at once, and none is copied.
        var values = parameters.values
        var velocities = velocity?.values ?? []
        var means = average?.values ?? []
        var aims = ahead?.values ?? []
        parameters.values = []
        velocity?.values = []
        average?.values = []
        ahead?.values = []
        var squares = rowSquares.mutableSpan
        squares.shared { squares in
            SharedParameters.lend(&values, &velocities, &means, &aims) { body($0, squares) }
        }
        parameters.values = values
        velocity?.values = velocities
        average?.values = means
        ahead?.values = aims
    }

    /// Keeps the learned variances, and their means, in their range.
    private mutating func boundVariances() {
        func bounded(_ x: Float) -> Float {
            max(
                Gaussian.logVarianceBounds.lowerBound,
                min(Gaussian.logVarianceBounds.upperBound, x))
        }
        for i in parameters.logVarianceRange {
            parameters.values[i] = bounded(parameters.values[i])
            if let mean = average?.values[i] { average?.values[i] = bounded(mean) }
        }
    }

    /// Moves the slow mean of the activities on; what it adds to the gradient by the total input of
    /// each hidden unit, and by which visible means to those of its weights.
    private mutating func pull(
        of statistics: Statistics, _ arithmetic: any LayerArithmetic, _ counts: PhaseRows
    ) -> (hidden: [Float], visibleMeans: [Float])? {
        guard let sparsity = options.sparsity else { return nil }
        let kind = arithmetic.shape.hiddenUnits
        let means = arithmetic.dataMeans(from: statistics, counts: counts)
        let updated = sparsity.updated(
            activity, means: means.hidden.map { $0 / options.keepProbability }, of: kind)
        activity = updated
        return (sparsity.pull(updated, on: kind), means.visible)
    }
}

/// The values that an update changes, in the order of `Parameters.values`, for several threads at
/// once.
private struct SharedParameters {
    let values: SharedElements<Float>
    /// Empty without momentum.
    let velocity: SharedElements<Float>
    /// Empty without an average.
    let average: SharedElements<Float>
    /// Where statistics are taken, in Nesterov's form; empty otherwise.
    let ahead: SharedElements<Float>

    static func lend(
        _ values: inout [Float], _ velocity: inout [Float], _ average: inout [Float],
        _ ahead: inout [Float], _ body: (SharedParameters) -> Void
    ) {
        var valueSpan = values.mutableSpan
        var velocitySpan = velocity.mutableSpan
        var averageSpan = average.mutableSpan
        var aheadSpan = ahead.mutableSpan
        valueSpan.shared { values in
            velocitySpan.shared { velocity in
                averageSpan.shared { average in
                    aheadSpan.shared { ahead in
                        body(
                            SharedParameters(
                                values: values, velocity: velocity, average: average, ahead: ahead))
                    }
                }
            }
        }
    }

    /// Updates a range of the values, and shows those at which the next statistics are taken.
    ///
    /// - Parameter gradient: Of the range; becomes the change.
    /// - Returns: The sum of the squared changes.
    func update(
        _ range: Range<Int>, by rule: UpdateRule, gradient: inout MutableSpan<Float>,
        nextMomentum: Float, then use: (Span<Float>) -> Void
    ) -> Double {
        var sum = 0.0
        values.withRange(range) { values in
            velocity.withRange(velocity.isEmpty ? 0..<0 : range) { velocity in
                average.withRange(average.isEmpty ? 0..<0 : range) { average in
                    ahead.withRange(ahead.isEmpty ? 0..<0 : range) { ahead in
                        sum = rule.update(
                            &values, velocity: &velocity, average: &average, ahead: ahead.span,
                            gradient: &gradient)
                        guard !ahead.isEmpty else { return use(values.span) }
                        lookAhead(values.span, velocity.span, nextMomentum, into: &ahead)
                        use(ahead.span)
                    }
                }
            }
        }
        return sum
    }
}

/// target ← values + μ·velocity.
private func lookAhead(
    _ values: Span<Float>, _ velocity: Span<Float>, _ momentum: Float,
    into target: inout MutableSpan<Float>
) {
    for i in target.indices {
        target[i] = MomentumStep.lookahead(values[i], velocity[i], momentum)
    }
}

/// gradient ← gradient + factor·terms.
private func add(_ terms: [Float], times factor: Float, to gradient: inout MutableSpan<Float>) {
    let terms = terms.span
    for j in gradient.indices { gradient[j] += terms[j] * factor }
}
