import CWeightRows

/// One step's rule for a stretch of values, of a row's length: its loops run in the nearest cache.
///
/// v ← μv + εg and θ ← θ + v; without momentum θ ← θ + εg.
struct UpdateRule {
    /// The learning rate ε.
    let rate: Float
    /// The momentum μ.
    let momentum: Float
    /// How far the average moves towards the new values; 0 for not at all.
    let averageShare: Float

    /// The same rule with another rate.
    func with(rate: Float) -> UpdateRule {
        UpdateRule(rate: rate, momentum: momentum, averageShare: averageShare)
    }

    /// Updates values and what belongs to them; the gradient becomes their change.
    ///
    /// - Parameters:
    ///   - velocity: Empty without momentum.
    ///   - average: Of the values; read and written if `averageShare` is not 0.
    /// - Returns: The sum of the squared changes, in the precision of a float.
    func update(
        _ values: inout MutableSpan<Float>, velocity: inout MutableSpan<Float>,
        average: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>
    ) -> Double {
        let count = values.count
        precondition(
            gradient.count == count && (velocity.isEmpty || velocity.count == count),
            "\(gradient.count) gradients and \(velocity.count) velocities of \(count) values")
        guard count > 0 else { return 0 }
        let sum = unsafe values.withUnsafeMutableBufferPointer { values in
            unsafe velocity.withUnsafeMutableBufferPointer { velocity in
                unsafe gradient.withUnsafeMutableBufferPointer { gradient in
                    unsafe weight_row_update(
                        values.baseAddress!, velocity.isEmpty ? nil : velocity.baseAddress!,
                        gradient.baseAddress!, count, rate, momentum)
                }
            }
        }
        if averageShare > 0 {
            for i in average.indices { average[i] += (values[i] - average[i]) * averageShare }
        }
        return squaredChange(gradient.span, inFloat: sum)
    }
}

/// The sum of the squares of a row's changes, in the precision of a float.
func squaredChange(_ changes: Span<Float>) -> Double {
    squaredChange(changes, inFloat: floatSumOfSquares(changes))
}

/// - Parameter sum: Their sum in float, which may have left a float's range.
private func squaredChange(_ changes: Span<Float>, inFloat sum: Float) -> Double {
    sum.isFinite ? Double(sum) : sumOfSquares(changes)
}
