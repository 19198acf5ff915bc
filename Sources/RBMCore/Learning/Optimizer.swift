/// Gradient ascent on the log-likelihood, with momentum, weight decay and an average of the
/// parameters over the last part of a run.
///
/// v ← μv + ε(g − λ₂W − λ₁ sign W), W ← W + v. The rate multiplies the gradient, not the momentum;
/// biases do not decay. All processes run the same float operations on the same sums, and so hold
/// the same bits.
public struct Optimizer: Sendable {
    /// What the update depends on beside the gradient.
    public struct Options: Sendable, Equatable {
        public var momentum: Float
        public var l1: Float
        public var l2: Float
        /// Whether biases are learned; they stay as they are otherwise.
        public var biases: Bool

        public init(momentum: Float = 0, l1: Float = 0, l2: Float = 0, biases: Bool = true) {
            self.momentum = momentum
            self.l1 = l1
            self.l2 = l2
            self.biases = biases
        }
    }

    public let options: Options
    public var parameters: Parameters

    /// The velocity v; nil without momentum.
    public var velocity: Parameters?

    /// The mean of the parameters after the last `averaged` updates; nil before there is one.
    public var average: Parameters?
    public var averaged: Int

    private var gradient: [Float]

    public init(
        _ options: Options, parameters: Parameters, velocity: Parameters? = nil,
        average: Parameters? = nil, averaged: Int = 0
    ) {
        self.options = options
        self.parameters = parameters
        let zero = Parameters(
            visible: parameters.visibleCount, hidden: parameters.hiddenCount)
        self.velocity = options.momentum == 0 ? nil : velocity ?? zero
        self.average = average
        self.averaged = averaged
        gradient = Array(repeating: 0, count: parameters.hiddenCount)
    }

    /// The parameters that a model file would hold now: the average where there is one.
    public var result: Parameters { average ?? parameters }

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
        let rule = Rule(options, rate: rate, averageShare: averaging ? 1 / Float(averaged) : 0)
        let hidden = parameters.hiddenCount
        var squares = 0.0
        var biasSquares = 0.0
        for unit in 0..<parameters.visibleCount {
            var span = gradient.mutableSpan
            arithmetic.weightGradient(
                ofVisible: unit, from: statistics, counts: counts, into: &span)
            squares += apply(rule, rowRange(unit, of: hidden))
        }
        if options.biases {
            let biases = arithmetic.biasGradients(from: statistics, counts: counts)
            let rule = rule.withoutDecay
            gradient = biases.visible
            biasSquares = apply(rule, parameters.visibleBiasRange)
            gradient = biases.hidden
            biasSquares += apply(rule, parameters.hiddenBiasRange)
        }
        return Change(weightSquares: squares, biasSquares: biasSquares)
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
        rule.change(parameters.values, range, &gradient)
        if velocity != nil { rule.accelerate(&velocity!.values, range, &gradient) }
        Self.add(gradient, to: &parameters.values, range)
        if rule.averageShare > 0 { rule.average(&average!.values, range, parameters.values) }
        return sumOfSquares(gradient.span.extracting(0..<range.count))
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

    init(_ options: Optimizer.Options, rate: Float, averageShare: Float) {
        self.rate = rate
        momentum = options.momentum
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
                velocity[i] = momentum * velocity[i] + change[i]
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
