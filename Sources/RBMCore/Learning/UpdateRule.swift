/// One step's rule for a stretch of values, of a row's length: its loops run in the nearest cache.
struct UpdateRule {
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

    var withoutDecay: UpdateRule {
        var rule = self
        rule.l1 = 0
        rule.l2 = 0
        return rule
    }

    /// Updates values and what belongs to them; the gradient becomes their change.
    ///
    /// - Parameters:
    ///   - velocity: Empty without momentum.
    ///   - average: Of the values; read and written where `averageShare` is not 0.
    ///   - ahead: Where the gradient was taken; empty where that was at the values.
    /// - Returns: The sum of the squared changes, in the precision of a float.
    func update(
        _ values: inout MutableSpan<Float>, velocity: inout MutableSpan<Float>,
        average: inout MutableSpan<Float>, ahead: Span<Float>, gradient: inout MutableSpan<Float>
    ) -> Double {
        if ahead.isEmpty { change(values.span, &gradient) } else { change(ahead, &gradient) }
        if !velocity.isEmpty { accelerate(&velocity, &gradient) }
        for i in values.indices { values[i] += gradient[i] }
        if averageShare > 0 {
            for i in average.indices { average[i] += (values[i] - average[i]) * averageShare }
        }
        let sum = floatSumOfSquares(gradient.span)
        return sum.isFinite ? Double(sum) : sumOfSquares(gradient.span)
    }

    /// gradient ← ε(gradient − λ₂W − λ₁ sign W).
    private func change(_ values: Span<Float>, _ gradient: inout MutableSpan<Float>) {
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

    /// velocity ← μ·velocity + change, and the change becomes the velocity.
    private func accelerate(
        _ velocity: inout MutableSpan<Float>, _ change: inout MutableSpan<Float>
    ) {
        for i in velocity.indices {
            velocity[i] = MomentumStep.velocity(velocity[i], momentum, change: change[i])
            change[i] = velocity[i]
        }
    }
}
