public import Analysis

/// What the training of an auto-encoder lessens: the error of the reconstruction, plus λ‖∂h/∂x‖²
/// [Rifai11a].
public struct AutoEncoderLoss: Sendable, Equatable {
    /// How the reconstruction r of a case x is judged, summed over values.
    public enum Error: String, Sendable, CaseIterable {
        /// Σ (r − x)².
        case squared
        /// −Σ x ln r + (1 − x) ln(1 − r), in nats, for values in [0, 1] and a sigmoid output.
        case crossEntropy = "cross-entropy"
    }

    public let error: Error
    /// λ; 0 for an auto-encoder that is not contractive.
    public let contraction: Double

    public init(_ error: Error, contraction: Double) {
        self.error = error
        self.contraction = contraction
    }

    /// Cases that are measured at a time.
    private static let blockRows = 512

    /// Returns the mean error of cases whose encoder sees all their values.
    ///
    /// - Parameters:
    ///   - cases: All of them, on every process; at least one.
    ///   - work: Does the parts of the work.
    public func meanError(
        _ cases: Matrix, of encoder: AutoEncoder, work: PartWork
    ) throws -> Double {
        let all = try FixedParts(cases.rows, most: AutoEncoderTraining.mostParts)
            .collect(width: 1, work) { range in
                stride(from: range.lowerBound, to: range.upperBound, by: Self.blockRows).flatMap {
                    errors(
                        cases.rows($0..<min($0 + Self.blockRows, range.upperBound)), of: encoder)
                }
            }
        return all.reduce(0, +) / Double(cases.rows)
    }

    /// The error of each case.
    private func errors(_ cases: Matrix, of encoder: AutoEncoder) -> [Double] {
        let fields = encoder.visibleFields(encoder.encode(cases))
        return (0..<cases.rows).map { row in
            (0..<encoder.visibleCount).reduce(0) {
                $0 + term(fields[row, $1], cases[row, $1], encoder.output).loss
            }
        }
    }

    /// What a gradient of some cases is made of, one row for each case.
    ///
    /// The rows of a case depend on that case alone, so that any process may compute them.
    struct Rows {
        /// The error, and λ‖∂h/∂x‖².
        var losses: Matrix
        /// h, shape [rows, hidden].
        var hidden: Matrix
        /// The slope of the loss along the fields of the decoder, shape [rows, visible].
        var visibleSlopes: Matrix
        /// The slope of the loss along the fields of the encoder, shape [rows, hidden].
        var hiddenSlopes: Matrix
    }

    /// Computes the rows of some cases.
    ///
    /// - Parameters:
    ///   - inputs: What the encoder sees, shape [rows, visible].
    ///   - targets: What the output is compared with, the same shape.
    func rows(_ inputs: Matrix, targets: Matrix, of encoder: AutoEncoder) -> Rows {
        let hidden = encoder.encode(inputs)
        let fields = encoder.visibleFields(hidden)
        var losses = Matrix(zeros: inputs.rows, 2)
        var slopes = Matrix(zeros: inputs.rows, encoder.visibleCount)
        for row in 0..<inputs.rows {
            var sum = 0.0
            for unit in 0..<encoder.visibleCount {
                let (loss, slope) = term(fields[row, unit], targets[row, unit], encoder.output)
                sum += loss
                slopes[row, unit] = slope
            }
            losses[row, 0] = sum
        }
        var hiddenSlopes = slopes * encoder.weights
        let lengths = encoder.weights.squaresOfColumns
        for row in 0..<inputs.rows {
            var sum = 0.0
            for unit in 0..<encoder.hiddenCount {
                let h = hidden[row, unit]
                let slope = h * (1 - h)
                let square = slope * slope
                sum += square * lengths[unit]
                hiddenSlopes[row, unit] =
                    hiddenSlopes[row, unit] * slope
                    + 2 * contraction * square * (1 - 2 * h) * lengths[unit]
            }
            losses[row, 1] = contraction * sum
        }
        return Rows(
            losses: losses, hidden: hidden, visibleSlopes: slopes, hiddenSlopes: hiddenSlopes)
    }

    /// The error of one value, and its slope along the field.
    private func term(
        _ field: Double, _ target: Double, _ output: AutoEncoder.Output
    ) -> (loss: Double, slope: Double) {
        switch (error, output) {
        case (.crossEntropy, _):
            return (softplus(field) - target * field, logistic(field) - target)
        case (.squared, .linear):
            let difference = field - target
            return (difference * difference, 2 * difference)
        case (.squared, .sigmoid):
            let value = logistic(field)
            let difference = value - target
            return (difference * difference, 2 * difference * value * (1 - value))
        }
    }

    /// Returns the slopes of the summed loss along the weights of some visible units, shape [units, hidden].
    ///
    /// - Parameter inputs: What the encoder saw.
    func weightSlopes(
        _ rows: Rows, inputs: Matrix, units: Range<Int>, of encoder: AutoEncoder
    ) -> Matrix {
        var slopes = inputs.columns(units).transposedTimes(rows.hiddenSlopes)
        slopes.addTransposed(rows.visibleSlopes.columns(units), times: rows.hidden)
        guard contraction > 0 else { return slopes }
        let squares = rows.hidden.mapped { $0 * (1 - $0) * $0 * (1 - $0) }.sumsOfColumns
        for unit in units {
            for column in squares.indices {
                slopes[unit - units.lowerBound, column] +=
                    2 * contraction * squares[column] * encoder.weights[unit, column]
            }
        }
        return slopes
    }
}
