import RandomStreams

/// A unit that takes any real value, normal about its field b + Wh with its own variance σ².
///
/// Its energy is U = Σ (v − b)²/2σ², and v/σ² meets the weights. Gaussian units compute in float32.
/// Visible ones have own parameters, ln σ²; hidden ones, and units without them, have the variance 1.
/// Hidden ones give the visible units the pair energies −½ Σ_j (Σ_i W_ij v_i)² of an associative
/// memory, and are not trained.
public struct Gaussian: UnitKind {
    public init() {}

    public var name: String { "gaussian" }
    public var stateEncoding: StateEncoding { .float32 }
    public var hasOwnParameters: Bool { true }
    public var alternatives: Int? { nil }

    public var ownBounds: ClosedRange<Float> { Self.logVarianceBounds }

    public func law(own: [Float]) -> any UnitLaw { GaussianLaw(logVariances: own) }

    public func independentLaw(of moments: VisibleMoments) -> any UnitLaw {
        GaussianLaw(variances: moments.variances)
    }

    /// The rates, which are the means of the values.
    public func biases(ofRates rates: [Double]) -> [Float] { rates.map { Float($0) } }

    /// The bounds of a learned ln σ²: deviations from 0.1 to 1000.
    ///
    /// Without bounds, the variance of a unit that is constant in the data would shrink without
    /// end. A single other value of the unit would then have an energy that dominates every mean.
    static let logVarianceBounds: ClosedRange<Float> = -4.605_170_2...13.815_511
}

extension UnitKind where Self == Gaussian {
    public static var gaussian: Gaussian { Gaussian() }
}

/// The law of Gaussian units with given variances.
struct GaussianLaw: UnitLaw {
    /// σ², shape `[units]`; empty where all are 1.
    private let variances: [Double]
    private let inverses: [Float]
    private let halfInverses: [Float]
    private let deviations: [Float]

    /// - Parameter logVariances: ln σ², shape `[units]`; empty for variances of 1.
    init(logVariances: [Float]) {
        variances = logVariances.map { exponential(Double($0)) }
        inverses = logVariances.map { exponential(-$0) }
        halfInverses = variances.map { Float(0.5 / $0) }
        deviations = logVariances.map { exponential($0 / 2) }
    }

    /// - Parameter variances: σ², shape `[units]`.
    init(variances: [Double]) {
        self.variances = variances
        inverses = variances.map { Float(1 / $0) }
        halfInverses = variances.map { Float(0.5 / $0) }
        deviations = variances.map { Float($0.squareRoot()) }
    }

    private func variance(_ unit: Int) -> Double { variances.isEmpty ? 1 : variances[unit] }

    /// Σ ½ ln 2πσ².
    private func logNormalization(units: Int) -> Double {
        (0..<units).reduce(0) { $0 + logarithm(2 * Double.pi * variance($1)) / 2 }
    }

    // MARK: Exact

    func energy(of values: Span<Double>, bias: Span<Double>) -> Double {
        var sum = 0.0
        for i in values.indices {
            let difference = values[i] - bias[i]
            sum += difference * difference / (2 * variance(i))
        }
        return sum
    }

    func weigh(_ values: inout MutableSpan<Double>) {
        for i in values.indices { values[i] /= variance(i) }
    }

    /// ln ∫ dv e^{−Σ (v − b)²/2σ² + Σ v(x − b)/σ²} = Σ ½ ln 2πσ² + (x² − b²)/2σ².
    func logPartition(fields: Span<Double>, bias: Span<Double>) -> Double {
        var sum = logNormalization(units: fields.count)
        for i in fields.indices {
            sum += (fields[i] - bias[i]) * (fields[i] + bias[i]) / (2 * variance(i))
        }
        return sum
    }

    func levels(fields: inout MutableSpan<Double>) {}

    // MARK: Kernels

    func weigh(_ values: inout MutableSpan<Float>) {
        guard !inverses.isEmpty else { return }
        let inverses = inverses.span
        for i in values.indices { values[i] *= inverses[i] }
    }

    func levels(fields: inout MutableSpan<Float>) {}

    func undecidedLevels(bias: [Float]) -> [Float] { bias }

    func draw(
        _ levels: Span<Float>, _ words: Span<UInt32>, one: UInt8,
        into states: inout MutableSpan<UInt8>
    ) {
        preconditionFailure("real states are drawn by rows")
    }

    /// Draws mean + deviation · a standard normal number.
    func draw(
        _ levels: Span<Float>, row: Int, from stream: RandomStream, one: UInt8,
        into states: inout MutableSpan<UInt8>
    ) {
        stream.forEachPart(ofRow: row, units: 0..<levels.count) { part, words in
            for (place, i) in part.enumerated() {
                let uniform = (Double(words[place]) + 0.5) * 0x1p-32
                let deviation = deviations.isEmpty ? 1 : deviations[i]
                writeReal(
                    levels[i] + deviation * Float(normalQuantile(uniform)), into: &states, at: i)
            }
        }
    }

    func energy(
        ofLevels levels: Span<Float>, bias: Span<Float>, terms: inout [Float]
    ) -> Double {
        sumOfTerms(&terms, count: levels.count) { terms in
            writeSquares(levels, around: bias, into: &terms)
        }
    }

    /// Writes (x² without −b²)/2σ².
    func writeLogPartitions(fields: Span<Float>, into terms: inout MutableSpan<Float>) -> Int {
        for i in fields.indices { terms[i] = fields[i] * fields[i] }
        return halve(&terms, count: fields.count)
    }

    /// Σ ½ ln 2πσ² − b²/2σ².
    func logPartitionConstant(bias: [Float]) -> Double {
        let squares = bias.enumerated().reduce(0.0) {
            $0 + Double($1.element) * Double($1.element) / (2 * variance($1.offset))
        }
        return logNormalization(units: bias.count) - squares
    }

    /// Adds (v − b)²/2.
    func addOwnStatistics(
        of values: Span<Float>, bias: Span<Float>, weight: Float,
        to sums: inout MutableSpan<Float>
    ) {
        for i in sums.indices {
            let difference = values[i] - bias[i]
            sums[i] += 0.5 * weight * difference * difference
        }
    }

    /// ((v − b)²/2 − v Wh)/σ², data minus model.
    func ownGradient(
        ofUnit unit: Int, sum: Float, weights: Span<Float>, products: Span<Float>
    ) -> Float {
        var sum = sum
        for j in weights.indices { sum -= weights[j] * products[j] }
        return sum * inverses[unit]
    }

    /// −ln N(level; field, σ²).
    func crossEntropy(
        ofLevels levels: Span<Float>, fields: Span<Float>, terms: inout [Float]
    ) -> Double {
        logNormalization(units: levels.count)
            + sumOfTerms(&terms, count: levels.count) { terms in
                writeSquares(levels, around: fields, into: &terms)
            }
    }

    /// Writes (v − m)²/2σ².
    private func writeSquares(
        _ values: Span<Float>, around means: Span<Float>, into terms: inout MutableSpan<Float>
    ) -> Int {
        for i in values.indices {
            let difference = values[i] - means[i]
            terms[i] = difference * difference
        }
        return halve(&terms, count: values.count)
    }

    /// Multiplies squares by 1/2σ².
    private func halve(_ squares: inout MutableSpan<Float>, count: Int) -> Int {
        let factors = halfInverses.span
        if factors.isEmpty {
            for i in 0..<count { squares[i] *= 0.5 }
        } else {
            for i in 0..<count { squares[i] *= factors[i] }
        }
        return count
    }
}
