/// Gradient ascent on the log-likelihood, with momentum, weight decay and an average of the
/// parameters over the last part of a run.
///
/// v ← μv + ε(g − λ₂W − λ₁ sign W), W ← W + v. The rate multiplies the gradient, not the momentum;
/// biases do not decay. In Nesterov's form gradient and decay are those at θ + μv [Sutskever13]: the
/// statistics of an update must come from the parameters that `aim` returns. All processes run the
/// same float operations on the same sums, and so hold the same bits.
///
/// With Gaussian visible units see `GaussianStep`: a smaller rate, and the variances.
public struct Optimizer: Sendable {
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

    private var gradient: [Float]
    /// θ + μv as `aim` gave it out; nil without Nesterov's form.
    private var ahead: Parameters?

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
        gradient = Array(repeating: 0, count: parameters.hiddenCount)
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
        Self.look(ahead: parameters.values, velocity.values, momentum, into: &target.values)
        ahead = target
        return target
    }

    private static func look(
        ahead values: [Float], _ velocity: [Float], _ momentum: Float, into target: inout [Float]
    ) {
        let (values, velocity) = (values.span, velocity.span)
        var target = target.mutableSpan
        for i in target.indices {
            target[i] = MomentumStep.lookahead(values[i], velocity[i], momentum)
        }
    }

    /// Updates the parameters.
    ///
    /// - Parameters:
    ///   - statistics: Summed over all processes.
    ///   - rate: The learning rate of this step.
    ///   - averaging: Whether the updated parameters enter the average.
    /// - Returns: How large the change was.
    @discardableResult
    public mutating func update(
        with statistics: borrowing Statistics, of arithmetic: any LayerArithmetic,
        counts: PhaseRows, rate: Float, averaging: Bool
    ) -> Change {
        arithmetic.unload()
        if averaging {
            averaged += 1
            if average == nil { average = parameters }
        }
        let gaussian =
            arithmetic.shape.visibleUnits == .gaussian
            ? GaussianStep(
                statistics, of: arithmetic, counts, parameters: ahead ?? parameters, rate: rate)
            : nil
        var rule = Rule(
            options, rate: gaussian?.rate ?? rate, momentum: momentum,
            averageShare: averaging ? 1 / Float(averaged) : 0)
        let pull = pull(of: statistics, arithmetic, counts)
        let hidden = parameters.hiddenCount
        var squares = 0.0
        var biasSquares = 0.0
        for unit in 0..<parameters.visibleCount {
            var span = gradient.mutableSpan
            arithmetic.weightGradient(
                ofVisible: unit, from: statistics, counts: counts, into: &span)
            if let pull { add(pull.hidden, times: pull.visibleMeans[unit]) }
            squares += apply(rule, rowRange(unit, of: hidden))
        }
        if options.biases {
            let biases = arithmetic.biasGradients(from: statistics, counts: counts)
            gradient = biases.visible
            biasSquares = apply(rule.withoutDecay, parameters.visibleBiasRange)
            rule.rate = rate
            gradient = biases.hidden
            if let pull { add(pull.hidden, times: 1) }
            biasSquares += apply(rule.withoutDecay, parameters.hiddenBiasRange)
        }
        if let gaussian, !gaussian.logVarianceGradient.isEmpty {
            rule.rate = rate
            gradient = gaussian.logVarianceGradient
            biasSquares += apply(rule.withoutDecay, parameters.logVarianceRange)
            boundVariances()
            gradient = Array(repeating: 0, count: hidden)
        }
        return Change(weightSquares: squares, biasSquares: biasSquares)
    }

    /// Moves the slow mean of the activities on; what it adds to the gradient by the total input of
    /// each hidden unit, and by which visible means to those of its weights.
    private mutating func pull(
        of statistics: borrowing Statistics, _ arithmetic: any LayerArithmetic, _ counts: PhaseRows
    ) -> (hidden: [Float], visibleMeans: [Float])? {
        guard let sparsity = options.sparsity else { return nil }
        let kind = arithmetic.shape.hiddenUnits
        let means = arithmetic.dataMeans(from: statistics, counts: counts)
        let updated = sparsity.updated(
            activity, means: means.hidden.map { $0 / options.keepProbability }, of: kind)
        activity = updated
        return (sparsity.pull(updated, on: kind), means.visible)
    }

    private mutating func add(_ terms: [Float], times factor: Float) {
        let terms = terms.span
        var gradient = gradient.mutableSpan
        for j in terms.indices { gradient[j] += terms[j] * factor }
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

    /// Applies the gradient to a range of the values; returns the sum of the squared changes.
    private mutating func apply(_ rule: Rule, _ range: Range<Int>) -> Double {
        rule.change(ahead?.values ?? parameters.values, range, &gradient)
        if velocity != nil { rule.accelerate(&velocity!.values, range, &gradient) }
        Self.add(gradient, to: &parameters.values, range)
        if rule.averageShare > 0 { rule.average(&average!.values, range, parameters.values) }
        return sumOfSquares(gradient.span.extracting(0..<range.count))
    }

    /// Keeps the learned variances, and their means, in their range.
    private mutating func boundVariances() {
        func bounded(_ x: Float) -> Float {
            max(logVarianceBounds.lowerBound, min(logVarianceBounds.upperBound, x))
        }
        for i in parameters.logVarianceRange {
            parameters.values[i] = bounded(parameters.values[i])
            if let mean = average?.values[i] { average?.values[i] = bounded(mean) }
        }
    }

    private static func add(_ change: [Float], to values: inout [Float], _ range: Range<Int>) {
        let change = change.span
        var values = values.mutableSpan
        values.withRange(range) { values in
            for i in values.indices { values[i] += change[i] }
        }
    }
}

/// One step's rule for a stretch of values.
private struct Rule {
    var rate: Float
    var momentum: Float
    var l1: Float
    var l2: Float
    var averageShare: Float

    init(_ options: Optimizer.Options, rate: Float, momentum: Float, averageShare: Float) {
        self.rate = rate
        self.momentum = momentum
        l1 = options.l1
        l2 = options.l2
        self.averageShare = averageShare
    }

    var withoutDecay: Rule {
        var rule = self
        rule.l1 = 0
        rule.l2 = 0
        return rule
    }

    /// gradient ← ε(gradient − λ₂W − λ₁ sign W).
    func change(_ values: [Float], _ range: Range<Int>, _ gradient: inout [Float]) {
        let values = values.span.extracting(range)
        var gradient = gradient.mutableSpan
        gradient.withRange(0..<range.count) { gradient in
            guard l1 != 0 || l2 != 0 else {
                for i in gradient.indices { gradient[i] *= rate }
                return
            }
            for i in gradient.indices {
                let w = values[i]
                let sign: Float = (w > 0 ? 1 : 0) - (w < 0 ? 1 : 0)
                gradient[i] = rate * (gradient[i] - l2 * w - l1 * sign)
            }
        }
    }

    /// velocity ← μ·velocity + change, and the change becomes the velocity.
    func accelerate(_ velocity: inout [Float], _ range: Range<Int>, _ change: inout [Float]) {
        var velocity = velocity.mutableSpan
        var change = change.mutableSpan
        velocity.withRange(range) { velocity in
            for i in velocity.indices {
                velocity[i] = MomentumStep.velocity(velocity[i], momentum, change: change[i])
                change[i] = velocity[i]
            }
        }
    }

    /// average ← average + (values − average)/n.
    func average(_ average: inout [Float], _ range: Range<Int>, _ values: [Float]) {
        let values = values.span.extracting(range)
        var average = average.mutableSpan
        average.withRange(range) { average in
            for i in average.indices { average[i] += (values[i] - average[i]) * averageShare }
        }
    }
}
