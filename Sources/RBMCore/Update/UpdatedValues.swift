/// The values that an update changes, each in the order of `Parameters.values`.
struct UpdatedValues {
    var parameters: [Float] = []
    /// Empty without momentum.
    var velocity: [Float] = []
    /// Empty without an average.
    var average: [Float] = []
    /// Where statistics are taken, in Nesterov's form; empty otherwise.
    var lookahead: [Float] = []

    /// Lends all values, and others beside them, to a body that changes them on several threads at
    /// once.
    mutating func lend<Other: BitwiseCopyable>(
        with others: inout [Other], _ body: (SharedValues, SharedElements<Other>) -> Void
    ) {
        var others = others.mutableSpan
        others.shared { others in
            Self.lend(&parameters, &velocity, &average, &lookahead) { body($0, others) }
        }
    }

    private static func lend(
        _ parameters: inout [Float], _ velocity: inout [Float], _ average: inout [Float],
        _ lookahead: inout [Float], _ body: (SharedValues) -> Void
    ) {
        var parameterSpan = parameters.mutableSpan
        var velocitySpan = velocity.mutableSpan
        var averageSpan = average.mutableSpan
        var lookaheadSpan = lookahead.mutableSpan
        parameterSpan.shared { parameters in
            velocitySpan.shared { velocity in
                averageSpan.shared { average in
                    lookaheadSpan.shared { lookahead in
                        body(
                            SharedValues(
                                parameters: parameters, velocity: velocity, average: average,
                                lookahead: lookahead))
                    }
                }
            }
        }
    }
}

/// The values that an update changes, for several threads at once.
struct SharedValues {
    fileprivate let parameters: SharedElements<Float>
    fileprivate let velocity: SharedElements<Float>
    fileprivate let average: SharedElements<Float>
    fileprivate let lookahead: SharedElements<Float>

    /// Updates a range of the values.
    ///
    /// - Parameters:
    ///   - gradient: Of the range; becomes the change.
    ///   - nextMomentum: How far the next statistics are taken ahead.
    ///   - complete: Gets the values at which the gradient was taken, and adds to it.
    ///   - use: Gets the values at which the next statistics are taken.
    /// - Returns: The sum of the squared changes.
    @inline(__always)
    func update(
        _ range: Range<Int>, by rule: UpdateRule, gradient: inout MutableSpan<Float>,
        nextMomentum: Float,
        complete: (Span<Float>, inout MutableSpan<Float>) -> Void = { _, _ in },
        use: (Span<Float>) -> Void = { _ in }
    ) -> Double {
        var sum = 0.0
        parameters.withRange(range) { values in
            velocity.withRange(velocity.isEmpty ? 0..<0 : range) { velocity in
                average.withRange(average.isEmpty ? 0..<0 : range) { average in
                    lookahead.withRange(lookahead.isEmpty ? 0..<0 : range) { ahead in
                        if ahead.isEmpty {
                            complete(values.span, &gradient)
                        } else {
                            complete(ahead.span, &gradient)
                        }
                        sum = rule.update(
                            &values, velocity: &velocity, average: &average, gradient: &gradient)
                        guard !ahead.isEmpty else { return use(values.span) }
                        writeLookahead(values.span, velocity.span, nextMomentum, into: &ahead)
                        use(ahead.span)
                    }
                }
            }
        }
        return sum
    }
}

/// Where Nesterov's gradient is taken, of one value: θ + μv [Sutskever13].
@inline(__always)
func lookahead<Real: FloatingPoint>(_ value: Real, _ v: Real, _ momentum: Real) -> Real {
    value + momentum * v
}

/// target ← values + μ·velocity.
func writeLookahead(
    _ values: Span<Float>, _ velocity: Span<Float>, _ momentum: Float,
    into target: inout MutableSpan<Float>
) {
    for i in target.indices {
        target[i] = lookahead(values[i], velocity[i], momentum)
    }
}
