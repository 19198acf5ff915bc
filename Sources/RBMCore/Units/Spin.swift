/// A unit that is −1 or +1, with the mean tanh x in the field x.
///
/// It is stored as the byte 0 or 1 of (s + 1)/2, whose mean is σ(2x).
public struct Spin: UnitKind, UnitLaw {
    public init() {}

    public var name: String { "spin" }
    public var scale: Double { 2 }
    public var offset: Double { -1 }

    public func law(own: [Float]) -> any UnitLaw { self }

    /// Half the log-odds of each rate, for a spin is up with the probability σ(2b).
    public func biases(ofRates rates: [Double]) -> [Float] {
        rates.map { Float(logarithm($0 / (1 - $0)) / 2) }
    }

    // MARK: Exact

    public func energy(of values: Span<Double>, bias: Span<Double>) -> Double {
        -dot(values, bias)
    }

    /// Σ ln 2cosh x.
    public func logPartition(fields: Span<Double>, bias: Span<Double>) -> Double {
        sumOfLogPartitions(fields, floor: \.magnitude, excess: { exponential(-2 * $0.magnitude) })
    }

    public func levels(fields: inout MutableSpan<Double>) {
        for i in fields.indices { fields[i] = 1 / (1 + exponential(-2 * fields[i])) }
    }

    // MARK: Kernels

    public func levels(fields: inout MutableSpan<Float>) {
        for i in fields.indices { fields[i] = sigmoid(2 * fields[i]) }
    }

    public func energy(
        ofLevels levels: Span<Float>, bias: Span<Float>, terms: inout [Float]
    ) -> Double {
        -sumOfTerms(&terms, count: levels.count) { terms in
            for i in terms.indices { terms[i] = bias[i] * (2 * levels[i] - 1) }
            return terms.count
        }
    }

    public func energyDifference(
        ofLevels levels: Span<Float>, bias: Span<Float>, other: Span<Float>, terms: inout [Float]
    ) -> Double {
        sumOfTerms(&terms, count: bias.count, by: joinedLaneSum) { terms in
            for i in terms.indices { terms[i] = (other[i] - bias[i]) * (2 * levels[i] - 1) }
            return terms.count
        }
    }

    /// Writes ln 2cosh x.
    public func writeLogPartitions(
        fields: Span<Float>, into terms: inout MutableSpan<Float>
    ) -> Int {
        for i in fields.indices { terms[i] = logTwoCosh(fields[i]) }
        return fields.count
    }

    /// −ln p of bits, Σ ln(1 + e²ˣ) − 2x·level.
    public func crossEntropy(
        ofLevels levels: Span<Float>, fields: Span<Float>, terms: inout [Float]
    ) -> Double {
        sumOfTerms(&terms, count: levels.count) { terms in
            for i in terms.indices {
                let field = 2 * fields[i]
                terms[i] = softplus(field) - field * levels[i]
            }
            return terms.count
        }
    }

    public func growthOfLogPartition(
        levels: Span<Float>, changes: Span<Float>, terms: inout [Float]
    ) -> Double? {
        growthOfTwoStates(levels, changes, lower: -1, width: 2, &terms)
    }
}

extension Spin: BinaryLaw {}

extension UnitKind where Self == Spin {
    public static var spin: Spin { Spin() }
}
